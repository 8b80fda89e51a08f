/*
 * test_mailboxes.c - unit tests for milter/replay/mailboxes.c: what is written
 * by milter/smtpd/maildir.c is found, and read as it was.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/replay/mailboxes.h"
#include "milter/smtpd/maildir.h"
#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

static const struct span three[] = {
	{ "zoe@mail.example", 16 }, { "adam@mail.example", 17 },
	{ "\"b c\"@mail.example", 18 },
};

static void
deliver(const struct smtp_message *m)
{
	struct error error = { "" };

	check_int(maildir_deliver(mail_path("mail"), MAIL_HOST, m, &error),
	    SMTP_DELIVERED);
}

static void
hold(struct smtp_message *m)
{
	struct error error = { "" };

	m->quarantined = true;
	m->quarantine = span_of("a doubt");
	check_int(maildir_hold(mail_path("held"), MAIL_HOST, m, &error),
	    SMTP_DELIVERED);
}

static struct mailboxes *
open_both(void)
{
	static char maildir[MAIL_PATH_MAX], quarantine[MAIL_PATH_MAX];
	struct error error;
	struct mailboxes *m;

	mail_desk_clear();
	snprintf(maildir, sizeof maildir, "%s", mail_path("mail"));
	snprintf(quarantine, sizeof quarantine, "%s", mail_path("held"));
	mkdir(maildir, 0700);
	mkdir(quarantine, 0700);
	m = mailboxes_open(maildir, quarantine, &error);
	check_true(m != NULL);
	return m;
}

/* The next message; it lives until the next call. */
static struct smtp_message
take(struct mailboxes *m)
{
	static struct arena arena;
	struct smtp_message message;
	struct error error = { "" };

	arena_release(&arena);
	arena_init(&arena, 1 << 20);
	check_int(mailboxes_take(m, &arena, &message, &error), 0);
	check_text(error.text, "");
	return message;
}

static void
check_same(const struct smtp_message *got, const struct smtp_message *want)
{
	check_true(span_equal(got->sender, want->sender));
	/* The topmost Received is the server's. */
	check_span(got->header, "Subject: hello\r\n\r\n");
	check_true(span_equal(got->body, want->body));
	check_int(got->quarantined, want->quarantined);
	check_true(!got->discarded);
	check_size(got->recipient_count, want->recipient_count);
}

static void
test_found(void)
{
	struct mailboxes *m = open_both();
	struct smtp_message sent = mail_message(three, 3), got;

	deliver(&sent);
	got = take(m);
	check_same(&got, &sent);
	got = take(m);
	check_true(got.discarded);
	check_size(got.recipient_count, 0);
	hold(&sent);
	got = take(m);
	check_same(&got, &sent);
	check_span(got.quarantine, "a doubt");
	for (size_t i = 0; i < got.recipient_count; i++)
		check_true(span_equal(got.recipients[i], three[i]));
	mailboxes_close(m);
}

static void
test_old(void)
{
	struct mailboxes *m = open_both();
	struct smtp_message sent = mail_message(three, 1), got;
	struct error error;

	deliver(&sent);
	check_int(mailboxes_note(m, &error), 0);
	got = take(m);
	check_true(got.discarded);
	deliver(&sent);
	got = take(m);
	check_same(&got, &sent);
	mailboxes_close(m);
}

static void
write_text(const char *path, const char *text)
{
	FILE *to = fopen(mail_path(path), "w");

	check_true(to != NULL);
	if (to == NULL)
		return;
	fputs(text, to);
	fclose(to);
}

/* Links may lead anywhere, a reader's folders are none of ours. */
static void
test_strange(void)
{
	struct mailboxes *m = open_both();
	struct smtp_message sent = mail_message(three, 1), got;
	char target[MAIL_PATH_MAX];

	hold(&sent);
	(void)take(m);
	snprintf(target, sizeof target, "%s", mail_path("held"));
	check_int(symlink(target, mail_path("mail/link")), 0);
	mkdir(mail_path("mail/.hidden"), 0700);
	mkdir(mail_path("mail/.hidden/new"), 0700);
	write_text("mail/.hidden/new/x", "x");
	write_text("mail/file", "x");
	mkdir(mail_path("mail/empty"), 0700);
	got = take(m);
	check_true(got.discarded);
	mailboxes_close(m);
}

static void
test_trouble(void)
{
	struct mailboxes *m = open_both();
	struct smtp_message message;
	struct error error = { "" };
	struct arena arena;

	arena_init(&arena, 1 << 20);
	mkdir(mail_path("mail/a"), 0700);
	mkdir(mail_path("mail/a/new"), 0700);
	write_text("mail/a/new/x", "From: nobody\n\n");
	check_int(mailboxes_take(m, &arena, &message, &error), -1);
	check_true(strstr(error.text, "mail/a/new/x is no message as") != NULL);
	mail_desk_clear();
	check_int(mailboxes_take(m, &arena, &message, &error), -1);
	check_true(strstr(error.text, "cannot look into ") != NULL);
	mailboxes_close(m);
	check_true(mailboxes_open(mail_path("none"), NULL, &error) == NULL);
	mailboxes_close(NULL);
	arena_release(&arena);
}

static const struct unit_test tests[] = {
	{ "(a folder is made)", mail_desk_begin },
	{ "what is delivered or held is found once", test_found },
	{ "what was there before is not", test_old },
	{ "what no server delivers to is not looked at", test_strange },
	{ "what cannot be read is told of", test_trouble },
	{ "(the folder is removed)", mail_desk_end },
};

UNIT_MAIN("mailboxes", tests)
