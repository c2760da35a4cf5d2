"""HTML pages without scripts, which load nothing."""

from html import escape

_PAGE = """\
<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="bardtui">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}</main>
</body>
</html>
"""


def html_page(title: str, style: str, content: str) -> str:
    """Return a page with its title as a heading.

    `title` is text; `style` is CSS and `content` is HTML, both with a line break at the end.
    """
    return _PAGE.format(title=escape(title), style=style, content=content)
