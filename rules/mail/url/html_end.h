/*
 * html_end.h - where what is put into HTML is shown below all else.
 */
#ifndef MILLGATE_HTML_END_H
#define MILLGATE_HTML_END_H

#include "span.h"

#define HTML_CLOSE_MAX 32

/*
 * Offset of HTML's last end tag "</body>", else of "</html>", else its length:
 * end tags as browsers see them, none in a comment, a script or an attribute.
 * CLOSE is what is to be written there first, to end a comment, a tag or a text
 * that would hide the rest; empty: nothing.
 */
size_t html_end(struct span html, char close[HTML_CLOSE_MAX]);

#endif
