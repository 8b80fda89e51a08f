/*
 * test_packet.c - milter packets, written and read.
 *
 * Payloads are literals with their NULs visible; bytes() takes the length from
 * the literal, less the NUL that the compiler adds.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "milter/wire/packet.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))

static void
check_bytes(struct span got, struct span want)
{
	unit_check_span(got, want, __FILE__, __LINE__);
}

static const struct {
	const char *sentence;
	enum wire_letter letter;
	const char *strings[3];
	size_t count;
	struct span want;
} string_rows[] = {
	{ "HELO is one string", WIRE_HELO, { "mx" }, 1,
	    bytes("\0\0\0\4Hmx\0") },
	{ "MAIL may have no parameters", WIRE_MAIL, { "<a@b>" }, 1,
	    bytes("\0\0\0\7M<a@b>\0") },
	{ "MAIL has its parameters behind the path", WIRE_MAIL,
	    { "<>", "SIZE=5", "BODY=7BIT" }, 3,
	    bytes("\0\0\0\25M<>\0SIZE=5\0BODY=7BIT\0") },
	{ "RCPT is made as MAIL is", WIRE_RCPT, { "<c@d>", "NOTIFY=NEVER" }, 2,
	    bytes("\0\0\0\24R<c@d>\0NOTIFY=NEVER\0") },
	{ "HEADER is name and value", WIRE_HEADER, { "Subject", "x\n y" }, 2,
	    bytes("\0\0\0\16LSubject\0x\n y\0") },
	{ "HEADER may have an empty value", WIRE_HEADER, { "X", "" }, 2,
	    bytes("\0\0\0\4LX\0\0") },
	{ "UNKNOWN is the line", WIRE_UNKNOWN, { "FOO bar" }, 1,
	    bytes("\0\0\0\11UFOO bar\0") },
};

static void
test_strings(void)
{
	for (size_t i = 0; i < COUNT(string_rows); i++) {
		struct span strings[3];
		struct buffer out;

		unit_case(string_rows[i].sentence);
		for (size_t n = 0; n < string_rows[i].count; n++)
			strings[n] = span_of(string_rows[i].strings[n]);
		buffer_init(&out, 4096);
		packet_add_strings(&out, string_rows[i].letter, strings,
		    string_rows[i].count);
		check_bytes(buffer_span(&out), string_rows[i].want);
		buffer_release(&out);
	}
}

static void
test_nul_in_string(void)
{
	struct span field[2] = { bytes("X-NUL"), bytes("a\0b") };
	struct span want = bytes("\0\0\0\11LX-NUL\0a\0");
	struct buffer out;

	buffer_init(&out, 4096);
	packet_add_strings(&out, WIRE_HEADER, field, 2);
	check_bytes(buffer_span(&out), want);
	buffer_release(&out);
}

static const struct {
	const char *sentence;
	enum wire_letter letter;
	struct span payload;
	struct span want;
} plain_rows[] = {
	{ "DATA is a letter alone", WIRE_DATA, bytes(""),
	    bytes("\0\0\0\1T") },
	{ "EOH is a letter alone", WIRE_EOH, bytes(""),
	    bytes("\0\0\0\1N") },
	{ "ABORT is a letter alone", WIRE_ABORT, bytes(""),
	    bytes("\0\0\0\1A") },
	{ "QUIT is a letter alone", WIRE_QUIT, bytes(""),
	    bytes("\0\0\0\1Q") },
	{ "QUIT_NC is a letter alone", WIRE_QUIT_NC, bytes(""),
	    bytes("\0\0\0\1K") },
	{ "BODY may hold any byte", WIRE_BODY, bytes("a\0\r\n\377"),
	    bytes("\0\0\0\6Ba\0\r\n\377") },
	{ "EOM may bring the last bytes", WIRE_EOM, bytes("end"),
	    bytes("\0\0\0\4Eend") },
};

static void
test_plain(void)
{
	for (size_t i = 0; i < COUNT(plain_rows); i++) {
		struct buffer out;

		unit_case(plain_rows[i].sentence);
		buffer_init(&out, 4096);
		packet_add(&out, (char)plain_rows[i].letter,
		    plain_rows[i].payload);
		check_bytes(buffer_span(&out), plain_rows[i].want);
		buffer_release(&out);
	}
}

static void
check_connect(const char *sentence, const void *addr, struct span want)
{
	struct buffer out;

	unit_case(sentence);
	buffer_init(&out, 4096);
	packet_add_connect(&out, span_of("mx"), addr);
	check_bytes(buffer_span(&out), want);
	buffer_release(&out);
}

static void
test_connect(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(40112) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(25), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/s" };
	struct sockaddr odd = { .sa_family = AF_UNSPEC };

	in.sin_addr.s_addr = htonl(0xc0000201);
	check_connect("an IPv4 client", &in,
	    (struct span)bytes("\0\0\0\21Cmx\0" "4\234\260" "192.0.2.1\0"));
	check_connect("an IPv6 client", &in6,
	    (struct span)bytes("\0\0\0\13Cmx\0" "6\0\31" "::1\0"));
	check_connect("a local client", &un,
	    (struct span)bytes("\0\0\0\12Cmx\0" "L\0\0" "/s\0"));
	check_connect("a client without an address", NULL,
	    (struct span)bytes("\0\0\0\5Cmx\0U"));
	check_connect("a client of a strange family", &odd,
	    (struct span)bytes("\0\0\0\5Cmx\0U"));
}

static void
test_macros(void)
{
	const struct macro macros[] = {
		{ bytes("i"), bytes("4Xyz") },
		{ bytes("auth_type"), bytes("") },
	};
	struct span want = bytes("\0\0\0\26DMi\0" "4Xyz\0{auth_type}\0\0");
	struct span none = bytes("\0\0\0\2DN");
	struct buffer out;

	buffer_init(&out, 4096);
	unit_case("a name of one letter has no braces, a longer one has");
	packet_add_macros(&out, WIRE_MAIL, macros, COUNT(macros));
	check_bytes(buffer_span(&out), want);
	unit_case("there may be none");
	buffer_clear(&out);
	packet_add_macros(&out, WIRE_EOH, NULL, 0);
	check_bytes(buffer_span(&out), none);
	buffer_release(&out);
}

static void
test_options(void)
{
	struct wire_options o = { .version = 6, .actions = WIRE_MAY_ALL,
		.protocol = WIRE_PROTOCOL_ALL };
	struct span want = bytes("\0\0\0\15O\0\0\0\6\0\0\1\377\0\37\377\377");
	struct buffer out;

	buffer_init(&out, 4096);
	packet_add_options(&out, &o);
	check_bytes(buffer_span(&out), want);
	buffer_release(&out);
}

static void
test_overflow(void)
{
	struct span body = bytes("0123456789");
	struct span want = bytes("\0\0\0\1N");

	for (size_t limit = 5; limit < 5 + 15; limit++) {
		struct buffer out;

		buffer_init(&out, limit);
		packet_add(&out, WIRE_EOH, span_of(""));
		check_true(!out.overflow);
		packet_add(&out, WIRE_BODY, body);
		check_true(out.overflow);
		check_bytes(buffer_span(&out), want);
		packet_add(&out, WIRE_EOH, span_of(""));
		check_bytes(buffer_span(&out), want);
		buffer_release(&out);
	}
}

/* The packets of plain_rows, one behind the other. */
static void
write_stream(struct buffer *out)
{
	buffer_init(out, 65536);
	for (size_t i = 0; i < COUNT(plain_rows); i++)
		buffer_add(out, plain_rows[i].want);
}

/* Read what R has; the packets must be those of plain_rows from SEEN on. */
static size_t
read_stream(struct packet_reader *r, size_t seen)
{
	struct error error = { "" };
	struct packet p;
	int got;

	while ((got = packet_reader_next(r, &p, &error)) == 1) {
		check_true(seen < COUNT(plain_rows));
		if (seen == COUNT(plain_rows))
			break;
		unit_case(plain_rows[seen].sentence);
		check_int(p.letter, plain_rows[seen].letter);
		check_bytes(p.payload, plain_rows[seen].payload);
		seen++;
	}
	check_int(got, 0);
	check_text(error.text, "");
	return seen;
}

static void
test_split_everywhere(void)
{
	struct buffer stream;
	struct span all;

	write_stream(&stream);
	all = buffer_span(&stream);
	for (size_t cut = 0; cut <= all.len; cut++) {
		struct packet_reader r;
		size_t seen;

		packet_reader_init(&r, 64);
		packet_reader_feed(&r, span_head(all, cut));
		seen = read_stream(&r, 0);
		packet_reader_feed(&r, span_skip(all, cut));
		check_size(read_stream(&r, seen), COUNT(plain_rows));
		packet_reader_release(&r);
	}
	buffer_release(&stream);
}

static void
test_byte_by_byte(void)
{
	struct packet_reader r;
	struct buffer stream;
	size_t seen = 0;

	write_stream(&stream);
	packet_reader_init(&r, 64);
	for (size_t i = 0; i < stream.len; i++) {
		packet_reader_feed(&r, span_make(stream.ptr + i, 1));
		seen = read_stream(&r, seen);
	}
	check_size(seen, COUNT(plain_rows));
	packet_reader_release(&r);
	buffer_release(&stream);
}

static const struct {
	const char *sentence;
	struct span bytes;
	const char *want;		/* NULL: no more than not enough */
} length_rows[] = {
	{ "nothing is not enough", bytes(""), NULL },
	{ "half a length is not enough", bytes("\0\0\0"), NULL },
	{ "a length without its packet is not enough", bytes("\0\0\0\1"),
	    NULL },
	{ "the longest packet allowed is waited for", bytes("\0\0\0\21b"),
	    NULL },
	{ "a length of 0 is refused", bytes("\0\0\0\0"),
	    "a packet of 0 bytes, where 1 to 17 are allowed" },
	{ "a packet over the bound is refused at once", bytes("\0\0\0\22"),
	    "a packet of 18 bytes, where 1 to 17 are allowed" },
	{ "a length of 2^31-1 is refused", bytes("\177\377\377\377"),
	    "a packet of 2147483647 bytes, where 1 to 17 are allowed" },
	{ "a length of 2^32-1 is refused", bytes("\377\377\377\377"),
	    "a packet of 4294967295 bytes, where 1 to 17 are allowed" },
};

static void
test_lengths(void)
{
	for (size_t i = 0; i < COUNT(length_rows); i++) {
		const char *want = length_rows[i].want;
		struct error error = { "" };
		struct packet_reader r;
		struct packet p;

		unit_case(length_rows[i].sentence);
		packet_reader_init(&r, 16);
		packet_reader_feed(&r, length_rows[i].bytes);
		check_int(packet_reader_next(&r, &p, &error),
		    want != NULL ? -1 : 0);
		check_text(error.text, want != NULL ? want : "");
		packet_reader_release(&r);
	}
}

static void
test_broken_stays_broken(void)
{
	struct span zero = bytes("\0\0\0\0");
	struct span fine = bytes("\0\0\0\1c");
	struct packet_reader r;
	struct error error;
	struct packet p;

	packet_reader_init(&r, 16);
	packet_reader_feed(&r, zero);
	check_int(packet_reader_next(&r, &p, NULL), -1);
	packet_reader_feed(&r, fine);
	check_int(packet_reader_next(&r, &p, &error), -1);
	check_text(error.text, "the stream of packets is broken");
	packet_reader_release(&r);
	packet_reader_release(&r);
}

static void
test_too_much_fed(void)
{
	static char many[PACKET_FEED_MAX];
	struct packet_reader r;
	struct packet p;

	packet_reader_init(&r, 16);
	many[3] = 17;
	packet_reader_feed(&r, span_make(many, sizeof many));
	packet_reader_feed(&r, span_make(many, sizeof many));
	check_int(packet_reader_next(&r, &p, NULL), -1);
	packet_reader_release(&r);
}

static const struct unit_test tests[] = {
	{ "commands of strings have a NUL behind each", test_strings },
	{ "a string ends at a NUL of its own", test_nul_in_string },
	{ "other commands carry bytes, or nothing", test_plain },
	{ "a client's address is told by its family", test_connect },
	{ "macros are told with braces as MTAs write them", test_macros },
	{ "what the MTA offers is three numbers", test_options },
	{ "a packet that does not fit is left out whole", test_overflow },
	{ "a stream may be cut at every byte", test_split_everywhere },
	{ "a stream may come byte by byte", test_byte_by_byte },
	{ "lengths are checked before anything is waited for", test_lengths },
	{ "a broken stream stays broken", test_broken_stays_broken },
	{ "a reader is bounded", test_too_much_fed },
};

UNIT_MAIN("packet", tests)
