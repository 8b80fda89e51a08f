/*
 * test_smtp_auth.c - AUTH and STARTTLS.
 */
#include "config.h"

#include "milter/smtp/base64.h"
#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define YES "235 2.7.0 Authentication successful\r\n"
#define NO "535 5.7.8 Error: authentication failed\r\n"
#define INVALID "535 5.7.8 Error: authentication failed: invalid response\r\n"
#define ASK_USER "334 VXNlcm5hbWU6\r\n"
#define ASK_PASSWORD "334 UGFzc3dvcmQ6\r\n"

static const struct {
	const char *sentence;
	const char *text;
	const char *bytes;	/* NULL: this is not base64 */
	size_t len;
} encoded[] = {
	{ "nothing", "", "", 0 },
	{ "one byte", "Zg==", "f", 1 },
	{ "two bytes", "Zm8=", "fo", 2 },
	{ "three bytes", "Zm9v", "foo", 3 },
	{ "six bytes", "Zm9vYmFy", "foobar", 6 },
	{ "all bits", "////", "\xff\xff\xff", 3 },
	{ "a plus", "++++", "\xfb\xef\xbe", 3 },
	{ "NUL bytes", "AAAA", "\0\0\0", 3 },
	{ "no padding", "Zg", NULL, 0 },
	{ "padding that is too short", "Zg=", NULL, 0 },
	{ "padding alone", "====", NULL, 0 },
	{ "three of it", "Z===", NULL, 0 },
	{ "padding in the middle", "Zg==Zg==", NULL, 0 },
	{ "bits left over", "Zh==", NULL, 0 },
	{ "bits left over in three", "Zm9=", NULL, 0 },
	{ "a blank", "Zm 9", NULL, 0 },
	{ "another character", "Zm9*", NULL, 0 },
	{ "an 8-bit one", "Zm9\xc3", NULL, 0 },
};

static void
base64_is_decoded(void)
{
	for (size_t i = 0; i < sizeof encoded / sizeof encoded[0]; i++) {
		struct buffer out;
		bool sound = encoded[i].bytes != NULL;

		unit_case(encoded[i].sentence);
		buffer_init(&out, 100);
		check_int(base64_decode(span_of(encoded[i].text), &out),
		    sound ? 0 : -1);
		if (sound)
			check_true(span_equal(buffer_span(&out),
			    span_make(encoded[i].bytes, encoded[i].len)));
		buffer_release(&out);
	}
}

/* There is one user, joe, and his password is secret. */
static int
check_login(void *self, struct span user, struct span password)
{
	(void)self;
	return span_is(user, "joe") && span_is(password, "secret") ? 0 : -1;
}

/* "\0joe\0secret", "joe\0joe\0secret", "ann\0joe\0secret", and so on. */
#define PLAIN "AGpvZQBzZWNyZXQ="
#define PLAIN_AS_JOE "am9lAGpvZQBzZWNyZXQ="
#define PLAIN_AS_ANN "YW5uAGpvZQBzZWNyZXQ="
#define PLAIN_WRONG "AGpvZQB3cm9uZw=="
#define PLAIN_TWO_PARTS "am9lAHNlY3JldA=="
#define PLAIN_FOUR_PARTS "AGpvZQBzZWNyZXQA"

static const struct {
	const char *sentence;
	const char *said;
	const char *want;
} exchanges[] = {
	{ "PLAIN with its answer", "AUTH PLAIN " PLAIN "\r\n", YES },
	{ "PLAIN in small letters", "auth plain " PLAIN "\r\n", YES },
	{ "PLAIN, asked", "AUTH PLAIN\r\n" PLAIN "\r\nNOOP\r\n",
	    "334 \r\n" YES "250 2.0.0 Ok\r\n" },
	{ "PLAIN for himself", "AUTH PLAIN " PLAIN_AS_JOE "\r\n", YES },
	{ "PLAIN for somebody else", "AUTH PLAIN " PLAIN_AS_ANN "\r\n", NO },
	{ "PLAIN, wrong", "AUTH PLAIN " PLAIN_WRONG "\r\nNOOP\r\n",
	    NO "250 2.0.0 Ok\r\n" },
	{ "PLAIN of two parts", "AUTH PLAIN " PLAIN_TWO_PARTS "\r\n", NO },
	{ "PLAIN of four parts", "AUTH PLAIN " PLAIN_FOUR_PARTS "\r\n", NO },
	{ "PLAIN of nothing", "AUTH PLAIN =\r\n", NO },
	{ "PLAIN that is not base64", "AUTH PLAIN x\r\nNOOP\r\n",
	    INVALID "250 2.0.0 Ok\r\n" },
	{ "an answer that cannot be ends it", "AUTH PLAIN\r\n\r \r\nNOOP\r\n",
	    "334 \r\n500 5.5.2 Error: bad syntax\r\n250 2.0.0 Ok\r\n" },
	{ "LOGIN", "AUTH LOGIN\r\nam9l\r\nc2VjcmV0\r\n",
	    ASK_USER ASK_PASSWORD YES },
	{ "LOGIN with the user", "AUTH LOGIN am9l\r\nc2VjcmV0\r\n",
	    ASK_PASSWORD YES },
	{ "LOGIN, wrong", "AUTH LOGIN am9l\r\nam9l\r\n", ASK_PASSWORD NO },
	{ "LOGIN of nobody", "AUTH LOGIN\r\n\r\n\r\n",
	    ASK_USER ASK_PASSWORD NO },
	{ "LOGIN, and a command is no password", "AUTH LOGIN am9l\r\nQUIT\r\n",
	    ASK_PASSWORD NO },
	{ "the client thinks better of it", "AUTH LOGIN\r\n*\r\nNOOP\r\n",
	    ASK_USER "501 5.7.0 Authentication aborted\r\n"
	    "250 2.0.0 Ok\r\n" },
	{ "AUTH twice", "AUTH PLAIN " PLAIN "\r\nAUTH PLAIN\r\n",
	    YES "503 5.5.1 Error: already authenticated\r\n" },
	{ "AUTH in a transaction", "MAIL FROM:<>\r\nAUTH PLAIN\r\n",
	    "250 2.1.0 Ok\r\n503 5.5.1 Error: MAIL transaction in progress"
	    "\r\n" },
	{ "AUTH alone", "AUTH\r\n", "501 5.5.4 Syntax: AUTH mechanism\r\n" },
	{ "another mechanism", "AUTH CRAM-MD5\r\n",
	    "504 5.5.4 Error: authentication mechanism not supported\r\n" },
};

static void
users_are_asked_for_their_password(void)
{
	static const struct smtp_config config = { .features = SMTP_AUTH,
		.check_login = check_login };

	for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
		struct stage st = { .config = config };

		unit_case(exchanges[i].sentence);
		stage_open(&st);
		check_text(stage_say(&st, exchanges[i].said),
		    exchanges[i].want);
		stage_close(&st);
	}
}

static void
nobody_is_known_without_a_list(void)
{
	struct stage st = { .config = { .features = SMTP_AUTH } };

	stage_open(&st);
	check_text(stage_say(&st, "AUTH PLAIN " PLAIN "\r\n"), NO);
	stage_close(&st);
	stage_open(&st);
	check_text(stage_say(&st, "AUTH PLAIN " PLAIN "\r\n"),
	    "503 5.5.1 Error: authentication not enabled\r\n");
	stage_close(&st);
}

#define ALWAYS " j=mx.example.com _=mx.example.org [192.0.2.8] v=Postfix" \
	" daemon_name=mx.example.com daemon_addr=127.0.0.1"
#define JOE " auth_type=LOGIN auth_authen=joe"
#define SENDER " mail_addr= mail_host=mx.example.com mail_mailer=local\n"

static void
filters_see_who_it_is(void)
{
	struct stage st = { .config = { .features = SMTP_AUTH,
		.check_login = check_login }, .show_macros = true };

	stage_open(&st);
	stage_say(&st, "AUTH LOGIN am9l\r\nc2VjcmV0\r\n");
	buffer_clear(&st.events);
	stage_say(&st, "MAIL FROM:<> AUTH=a@b\r\nRSET\r\nMAIL FROM:<>\r\n");
	check_text(buffer_text(&st.events),
	    "mail <> AUTH=a@b" ALWAYS JOE " auth_author=a@b" SENDER
	    "abort" ALWAYS JOE " auth_author=a@b" SENDER
	    "mail <>" ALWAYS JOE SENDER);
	stage_close(&st);
}

static void
tls_begins_anew(void)
{
	struct stage st = { .config = { .features = SMTP_AUTH | SMTP_STARTTLS,
		.check_login = check_login }, .show_macros = true };

	stage_open(&st);
	stage_say(&st, "AUTH PLAIN " PLAIN "\r\n");
	stage_begin_message(&st);
	buffer_clear(&st.events);
	check_text(stage_say(&st, "STARTTLS x\r\nSTARTTLS\r\nRSET\r\n"),
	    "501 5.5.4 Syntax: STARTTLS\r\n"
	    "220 2.0.0 Ready to start TLS\r\n");
	check_int(st.want, SMTP_WANT_TLS);
	check_text(stage_say(&st, "NOOP\r\n"), "");
	smtp_session_tls_started(st.session);
	check_true(span_starts_with(buffer_span(&st.events),
	    span_of("abort ")));
	buffer_clear(&st.events);
	check_text(stage_say(&st, "STARTTLS\r\nEHLO c\r\nAUTH PLAIN\r\n"),
	    "554 5.5.1 Error: TLS already active\r\n"
	    "250-mx.example.com\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
	    "250-VRFY\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n"
	    "250 ENHANCEDSTATUSCODES\r\n334 \r\n");
	check_text(buffer_text(&st.events), "helo c" ALWAYS "\n");
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "base64 is decoded, and nothing else", base64_is_decoded },
	{ "users are asked for their password",
	    users_are_asked_for_their_password },
	{ "nobody is known without a list", nobody_is_known_without_a_list },
	{ "filters see who it is", filters_see_who_it_is },
	{ "TLS begins anew", tls_begins_anew },
};

UNIT_MAIN("smtp_auth", tests)
