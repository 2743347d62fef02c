"""Proofs that take time: many people at a real, served site at once, and whether everything that is promised them holds.

``site.py`` makes the paper and the people, ``people.py`` is what they do, each in a process of their own, ``figures.py``
counts anew what the site has counted, ``__main__.py`` has the proofs and their promises.
"""
