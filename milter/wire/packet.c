/*
 * packet.c - milter packets into bytes, and bytes into milter packets.
 *
 * Writing leaves room for the length and fills it in at the end. Reading
 * believes a length only after it has been compared with the bound.
 *
 * Failure: a packet that does not fit is left out and the buffer says overflow;
 * reading returns -1 and says what was wrong, and then nothing else: where the
 * next packet begins is unknown.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "milter/wire/packet.h"

static void
number_write(char to[WIRE_NUMBER_BYTES], uint32_t n)
{
	n = htonl(n);
	memcpy(to, &n, WIRE_NUMBER_BYTES);
}

uint32_t
wire_number(const char bytes[WIRE_NUMBER_BYTES])
{
	uint32_t n;

	memcpy(&n, bytes, WIRE_NUMBER_BYTES);
	return ntohl(n);
}

static void
add_number(struct buffer *out, uint32_t n)
{
	char bytes[WIRE_NUMBER_BYTES];

	number_write(bytes, n);
	buffer_add(out, span_make(bytes, sizeof bytes));
}

/* Only what is before a NUL: the filter would stop reading there as well. */
static void
add_string(struct buffer *out, struct span s)
{
	buffer_add(out, span_head(s, span_find(s, '\0')));
	buffer_add_char(out, '\0');
}

/* Returns where the packet begins, for packet_end(). */
static size_t
packet_begin(struct buffer *out, char letter)
{
	size_t start = out->len;

	add_number(out, 0);
	buffer_add_char(out, letter);
	return start;
}

static void
packet_end(struct buffer *out, size_t start)
{
	size_t length = out->len - start;

	/* Half a packet would make nonsense of everything behind it. */
	if (out->overflow) {
		out->len = start;
		if (out->ptr != NULL)
			out->ptr[start] = '\0';
		return;
	}
	assert(length - WIRE_NUMBER_BYTES <= UINT32_MAX);
	number_write(out->ptr + start, (uint32_t)(length - WIRE_NUMBER_BYTES));
}

void
packet_add(struct buffer *out, char letter, struct span payload)
{
	size_t start = packet_begin(out, letter);

	buffer_add(out, payload);
	packet_end(out, start);
}

void
packet_add_strings(struct buffer *out, enum wire_letter letter,
    const struct span *strings, size_t count)
{
	const struct wire_kind *kind = wire_kind((char)letter);
	size_t start = packet_begin(out, (char)letter);

	assert(kind != NULL && kind->shape == WIRE_SHAPE_STRINGS);
	assert(count >= kind->fewest && count <= kind->most);
	for (size_t i = 0; i < count; i++)
		add_string(out, strings[i]);
	packet_end(out, start);
}

/* The letter of ADDR's family; its text goes to TEXT, its port to PORT. */
static char
address_format(const struct sockaddr *addr, char *text, size_t size,
    uint16_t *port)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const struct sockaddr_un *un = (const void *)addr;

	switch (addr != NULL ? addr->sa_family : AF_UNSPEC) {
	case AF_INET:
		*port = in->sin_port;
		inet_ntop(AF_INET, &in->sin_addr, text, (socklen_t)size);
		return '4';
	case AF_INET6:
		*port = in6->sin6_port;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, (socklen_t)size);
		return '6';
	case AF_UNIX:
		*port = 0;
		memcpy(text, un->sun_path, sizeof un->sun_path);
		text[sizeof un->sun_path] = '\0';
		return 'L';
	default:
		return 'U';
	}
}

void
packet_add_connect(struct buffer *out, struct span name,
    const struct sockaddr *addr)
{
	char text[sizeof ((struct sockaddr_un *)NULL)->sun_path + 1];
	uint16_t port = 0;
	char family = address_format(addr, text, sizeof text, &port);
	size_t start = packet_begin(out, WIRE_CONNECT);

	add_string(out, name);
	buffer_add_char(out, family);
	if (family != 'U') {
		/* A sockaddr's port is in network order already. */
		buffer_add(out, span_make((const char *)&port, sizeof port));
		add_string(out, span_of(text));
	}
	packet_end(out, start);
}

void
packet_add_macros(struct buffer *out, enum wire_letter command,
    const struct macro *macros, size_t count)
{
	size_t start = packet_begin(out, WIRE_MACROS);

	buffer_add_char(out, (char)command);
	for (size_t i = 0; i < count; i++) {
		bool braces = macros[i].name.len > 1;

		if (braces)
			buffer_add_char(out, '{');
		buffer_add(out, macros[i].name);
		add_string(out, span_of(braces ? "}" : ""));
		add_string(out, macros[i].value);
	}
	packet_end(out, start);
}

void
packet_add_options(struct buffer *out, const struct wire_options *o)
{
	size_t start = packet_begin(out, WIRE_OPTIONS);

	add_number(out, o->version);
	add_number(out, o->actions);
	add_number(out, o->protocol);
	packet_end(out, start);
}

void
packet_reader_init(struct packet_reader *r, size_t payload_max)
{
	*r = (struct packet_reader){ .payload_max = payload_max };
	buffer_init(&r->bytes,
	    WIRE_NUMBER_BYTES + 1 + payload_max + PACKET_FEED_MAX);
}

void
packet_reader_feed(struct packet_reader *r, struct span bytes)
{
	size_t left = r->bytes.len - r->taken;

	if (r->taken > 0) {
		memmove(r->bytes.ptr, r->bytes.ptr + r->taken, left);
		r->bytes.len = left;
		r->taken = 0;
	}
	buffer_add(&r->bytes, bytes);
}

int
packet_reader_next(struct packet_reader *r, struct packet *p,
    struct error *error)
{
	struct span rest = span_skip(buffer_span(&r->bytes), r->taken);
	uint32_t length;

	if (r->broken || r->bytes.overflow)
		return error_set(error, "the stream of packets is broken");
	if (rest.len < WIRE_NUMBER_BYTES)
		return 0;

	length = wire_number(rest.ptr);
	if (length == 0 || length - 1 > r->payload_max) {
		r->broken = true;
		return error_set(error, "a packet of %lu bytes, where 1 to %zu "
		    "are allowed", (unsigned long)length, r->payload_max + 1);
	}
	rest = span_skip(rest, WIRE_NUMBER_BYTES);
	if (rest.len < length)
		return 0;

	p->letter = rest.ptr[0];
	p->payload = span_head(span_skip(rest, 1), length - 1);
	r->taken += WIRE_NUMBER_BYTES + length;
	return 1;
}

bool
packet_reader_has_more(const struct packet_reader *r)
{
	return r->bytes.len > r->taken;
}

void
packet_reader_reset(struct packet_reader *r)
{
	size_t limit = r->bytes.limit;

	buffer_release(&r->bytes);
	buffer_init(&r->bytes, limit);
	r->taken = 0;
	r->broken = false;
}

void
packet_reader_bound(struct packet_reader *r, size_t payload_max)
{
	assert(payload_max <=
	    r->bytes.limit - WIRE_NUMBER_BYTES - 1 - PACKET_FEED_MAX);
	r->payload_max = payload_max;
	if (!packet_reader_has_more(r) && !r->broken &&
	    r->bytes.cap > WIRE_NUMBER_BYTES + 1 + payload_max +
	    PACKET_FEED_MAX)
		packet_reader_reset(r);
}

void
packet_reader_release(struct packet_reader *r)
{
	buffer_release(&r->bytes);
	r->taken = 0;
}
