/*
 * fuzz_url.c - any bytes as a text, and as HTML, that holds URLs.
 *
 * What is found must be bounded, each once with each of its hosts, UTF-8, and in
 * a text a part of it; a host has no capitals, blanks or controls, and a name or
 * an IPv4 address has no other form.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/base/utf8.h"
#include "rules/mail/url/url.h"
#include "tests/fuzz/fuzz.h"

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

/* UTF-8, which is what a text always is. */
static struct span
make_text(const uint8_t *data, size_t size, char *out)
{
	struct span rest = span_make((const char *)data, size);
	size_t n = 0;

	while (rest.len > 0) {
		size_t length = utf8_length(rest);

		if (length == 0)
			out[n++] = '?';
		else
			memcpy(out + n, rest.ptr, length);
		n += length;
		rest = span_skip(rest, length > 0 ? length : 1);
	}
	return span_make(out, n);
}

static void
check_utf8(struct span s)
{
	while (s.len > 0) {
		size_t length = utf8_length(s);

		promise(length > 0);
		s = span_skip(s, length);
	}
}

static void
check_host(struct span host)
{
	promise(host.len <= URL_MAX);
	check_utf8(host);
	for (size_t i = 0; i < host.len; i++)
		promise((unsigned char)host.ptr[i] > ' ' &&
		    host.ptr[i] != 0x7f &&
		    (host.ptr[i] < 'A' || host.ptr[i] > 'Z'));
	promise(host.len == 0 || host.ptr[host.len - 1] != '.');
}

/* HOST, if it could be a name, is its own host. */
static void
check_form(struct span host, struct arena *a)
{
	char url[URL_MAX + 2] = "//";

	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    c != '-' && c != '.')
			return;
	}
	memcpy(url + 2, host.ptr, host.len);
	promise(span_equal(url_host(span_make(url, host.len + 2), a), host));
}

static void
check_list(const struct urls *list, struct arena *a)
{
	promise(list->count <= URLS_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct url *u = &list->at[i];

		promise(u->url.len > 0 && u->url.len <= URL_MAX);
		check_utf8(u->url);
		check_host(u->host);
		check_form(u->host, a);
		for (size_t k = 0; k < i && u->url.len < URL_MAX; k++)
			promise(!span_equal(list->at[k].url, u->url) ||
			    !span_equal(list->at[k].host, u->host));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	struct urls in_text = { .count = 0 }, in_html = { .count = 0 };
	struct span text;
	struct arena a;

	if (bytes == NULL)
		return 0;
	text = make_text(data, size, bytes);
	arena_init(&a, 8192 + 512 * size);
	url_find_in_text(text, &a, &in_text);
	promise(!a.exhausted);
	check_list(&in_text, &a);
	for (size_t i = 0; i < in_text.count; i++)
		promise(in_text.at[i].url.ptr >= text.ptr &&
		    in_text.at[i].url.ptr + in_text.at[i].url.len <=
		    text.ptr + text.len);
	url_find_in_html(text, &a, &in_html);
	promise(!a.exhausted);
	check_list(&in_html, &a);
	check_host(url_host(text, &a));
	arena_release(&a);
	free(bytes);
	return 0;
}
