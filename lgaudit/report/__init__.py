"""Showing results: tables, pages and files; the only code that uses pandas."""
