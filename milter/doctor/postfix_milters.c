/*
 * postfix_milters.c - does a list of milters name our socket?
 *
 * Paths are the same when they are the same text but for doubled slashes, or
 * lead to the same file.
 *
 * Failure: what cannot be understood names something else.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "milter/doctor/postfix_config.h"
#include "milter/doctor/postfix_milters.h"

/* The path in PLACE; false: it is no unix socket. */
static bool
path_of(struct span place, struct span *path)
{
	static const char *const prefixes[] = { "unix:", "local:" };

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		if (!span_starts_with(place, span_of(prefixes[i])))
			continue;
		*path = span_skip(place, strlen(prefixes[i]));
		return path->len > 0;
	}
	return false;
}

static bool
is_same_text(const char *a, const char *b)
{
	for (; *a != '\0' || *b != '\0'; a++, b++) {
		while (a[0] == '/' && a[1] == '/')
			a++;
		while (b[0] == '/' && b[1] == '/')
			b++;
		if (*a != *b)
			return false;
	}
	return true;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return is_same_text(a, b) || (stat(a, &one) == 0 &&
	    stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	    one.st_ino == other.st_ino);
}

size_t
milters_way(const struct postfix_view *view, struct span place,
    char out[PATH_MAX])
{
	struct span path = { NULL, 0 };
	bool within;

	(void)path_of(place, &path);
	within = view->chrooted || path.len == 0 || path.ptr[0] != '/';
	while (within && path.len > 0 && path.ptr[0] == '/')
		path = span_skip(path, 1);
	snprintf(out, PATH_MAX, "%s%s%.*s", within ? view->queue : "",
	    within ? "/" : "", (int)path.len, path.ptr);
	return within ? strlen(view->queue) : 0;
}

static enum milter_named
compare_path(const struct postfix_view *view, struct span place,
    struct span path)
{
	char way[PATH_MAX], plain[PATH_MAX];

	if (view->listen->family != LISTEN_UNIX || path.len >= PATH_MAX)
		return MILTER_NOT_NAMED;
	(void)milters_way(view, place, way);
	if (is_same_file(way, view->listen->path))
		return MILTER_NAMED;
	snprintf(plain, sizeof plain, "%.*s", (int)path.len, path.ptr);
	return path.ptr[0] == '/' && is_same_file(plain, view->listen->path) ?
	    MILTER_OUTSIDE : MILTER_NOT_NAMED;
}

/* Names of this machine are one another's equals. */
static const char *
plain_host(const char *host)
{
	return span_equal_nocase(span_of(host), span_of("localhost")) ?
	    "127.0.0.1" : host;
}

static enum milter_named
compare_port(const struct postfix_view *view, struct span place)
{
	struct listen_spec spec;
	char text[LISTEN_TEXT_MAX];

	if (view->listen->family == LISTEN_UNIX || place.len >= sizeof text)
		return MILTER_NOT_NAMED;
	snprintf(text, sizeof text, "%.*s", (int)place.len, place.ptr);
	if (listen_spec_parse(text, &spec, NULL) < 0 ||
	    spec.family == LISTEN_UNIX || spec.port != view->listen->port)
		return MILTER_NOT_NAMED;
	return span_equal_nocase(span_of(plain_host(spec.host)),
	    span_of(plain_host(view->listen->host))) ? MILTER_NAMED :
	    MILTER_NOT_NAMED;
}

/* PLACE, or in braces PLACE, name=value, { name = value } ... */
static void
read_entry(struct span word, struct milter_entry *entry)
{
	static const char action[] = "default_action";
	struct span part;

	entry->place = entry->action = span_make(word.ptr, 0);
	if (postfix_take_word(&word, ",", &part))
		entry->place = part;
	while (postfix_take_word(&word, ",", &part)) {
		size_t equal = span_find(part, '=');

		if (span_is(span_trim(span_head(part, equal)), action))
			entry->action = span_trim(span_skip(part, equal + 1));
	}
}

enum milter_named
milters_find(struct span list, const struct postfix_view *view,
    struct milter_entry *entry)
{
	enum milter_named named, best = MILTER_NOT_NAMED;
	struct milter_entry tried;
	struct span word, path;

	*entry = (struct milter_entry){ .place = span_make(list.ptr, 0) };
	while (best != MILTER_NAMED && postfix_take_word(&list, ",", &word)) {
		read_entry(word, &tried);
		named = path_of(tried.place, &path) ?
		    compare_path(view, tried.place, path) :
		    compare_port(view, tried.place);
		if (named == MILTER_NOT_NAMED)
			continue;
		best = named;
		*entry = tried;
	}
	return best;
}

bool
milters_right_place(const struct postfix_view *view, char out[PATH_MAX])
{
	const struct listen_spec *l = view->listen;
	size_t length = strlen(view->queue);
	bool below;

	if (l->family != LISTEN_UNIX) {
		snprintf(out, PATH_MAX, l->family == LISTEN_INET6 ?
		    "inet:[%s]:%u" : "inet:%s:%u", l->host,
		    (unsigned)l->port);
		return true;
	}
	below = strncmp(l->path, view->queue, length) == 0 &&
	    l->path[length] == '/';
	snprintf(out, PATH_MAX, "unix:%s", l->path + (below ? length + 1 : 0));
	return below || !view->chrooted;
}
