"""The newsletter: who gets it, its issues, and how they leave and come back."""
