/*
 * url.h - find the URLs in a text, and in HTML.
 *
 * In plain text: what begins with http:, https:, ftp:, mailto: or "www."; what
 * a sentence puts behind it (a full stop, a bracket that it did not open) is
 * not part of it. Where its host has a character that a host can have but none
 * has (a comma), readers end the URL there or do not: it counts both ways. So
 * does one whose host ends at a quote, if an '@' behind that makes it a user.
 *
 * In HTML: the same in the text between tags, in scripts and styles, and every
 * absolute URL in an attribute that makes a reader fetch or follow something,
 * in url() and in a meta refresh, read as a browser does (HTML 13.2, WHATWG
 * URL): character references and escapes of CSS are resolved, line ends and tabs
 * inside of it and blanks around it go. What a comment holds does not count, but
 * in one that Outlook reads. Relative URLs lead nowhere from a mail and do not
 * count.
 *
 * One pass, no recursion, nothing quadratic; what is found is bounded by
 * URLS_MAX and by the arena, which remembers that it had no room. Any thread.
 */
#ifndef MILLGATE_URL_H
#define MILLGATE_URL_H

#include "arena.h"
#include "span.h"

#define URLS_MAX 10240
#define URL_MAX 4096		/* bytes; a longer one is cut there */

struct url {
	struct span url;	/* as written, references resolved */
	struct span host;	/* as url_host() finds it in the whole URL, or
				 * the other one that it has */
	/* Private: a node of the tree by which each is found again. */
	struct span whole;
	size_t bit;
	size_t next[2];
};

/* A zeroed one is empty. It borrows what is searched, and its memory is the
 * arena's. */
struct urls {
	struct url *at;
	size_t count;
	size_t room;
	bool lost;		/* there are more than URLS_MAX */
	size_t root;		/* private */
};

/* Append those of TEXT, which is UTF-8, to LIST; each URL once, but twice if it
 * has another host where a backslash is no slash (RFC 3986): then with both. */
void url_find_in_text(struct span text, struct arena *a, struct urls *list);
void url_find_in_html(struct span html, struct arena *a, struct urls *list);

/*
 * The host of URL, of at most URL_MAX bytes, in the arena or borrowed: as DNS
 * has it, in small ASCII letters, without user, port and final dot; percent
 * signs are resolved, what browsers take for a dot or an ASCII letter is one,
 * other letters make an "xn--" label; blanks, controls and bytes that are no
 * UTF-8 go. A label that DNS cannot have stays in UTF-8. An IPv4 address is in
 * dotted decimal, an IPv6 address in brackets as RFC 5952 has it. Empty: there
 * is none (mailto:, a relative URL). Needs decode_is_built_in().
 */
struct span url_host(struct span url, struct arena *a);

#endif
