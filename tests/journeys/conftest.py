from tests.browser import address, browser, page, scripted, shared_page, shared_windows, window

__all__ = ["address", "browser", "page", "scripted", "shared_page", "shared_windows", "window"]
