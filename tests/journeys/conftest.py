from tests.browser import address, browser, page, scripted, window

__all__ = ["address", "browser", "page", "scripted", "window"]
