/*
 * test_store.c - where an accepted message goes.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>

#include "milter/smtpd/store.h"
#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

#define ALICE "alice@mail.example"

static struct loop *loop;
static struct workers *workers;
static struct error error;
static unsigned told;

static void
done(struct delivery *d)
{
	(void)d;
	told++;
	loop_stop(loop);
}

static void
begin(void)
{
	mail_desk_begin();
	loop = loop_new(&error);
	workers = workers_new(loop, 2, &error);
	check_true(loop != NULL && workers != NULL);
	check_int(mkdir(mail_path("mail"), 0700), 0);
	check_int(mkdir(mail_path("held"), 0700), 0);
}

static void
end(void)
{
	workers_free(workers);
	loop_free(loop);
	mail_desk_end();
}

/* What becomes of M in a store like CONFIG; D is for looking at. */
static enum smtp_delivery
deliver(const struct store_config *config, const struct smtp_message *m,
    struct delivery *d)
{
	struct store *s = store_new(config, workers, &error);
	enum smtp_delivery result;

	check_true(s != NULL);
	if (s == NULL)
		return SMTP_NOT_NOW;
	*d = (struct delivery){ .message = m, .done = done };
	told = 0;
	result = store_deliver(s, d);
	check_int(told, 0);
	if (result == SMTP_DELIVERY_LATER) {
		check_int(loop_run(loop, &error), 0);
		check_int(told, 1);
		result = d->result;
	}
	check_size(workers_busy(workers), 0);
	store_free(s);
	return result;
}

static struct store_config
config_of(enum store_kind kind, const char *quarantine)
{
	static char mail[MAIL_PATH_MAX], held[MAIL_PATH_MAX];

	snprintf(mail, sizeof mail, "%s", mail_path("mail"));
	snprintf(held, sizeof held, "%s", quarantine != NULL ?
	    mail_path(quarantine) : "");
	return (struct store_config){ .kind = kind, .maildir = mail,
		.quarantine = quarantine != NULL ? held : NULL,
		.host = MAIL_HOST };
}

static const struct {
	const char *sentence;
	enum store_kind kind;
	const char *quarantine;
	bool discarded;
	bool quarantined;
	enum smtp_delivery result;
	bool later;
	int mail;	/* files */
	int held;
} rows[] = {
	{ "nowhere", STORE_DISCARD, NULL, false, false,
	    SMTP_DELIVERED, false, 0, 0 },
	{ "into a Maildir", STORE_MAILDIR, NULL, false, false,
	    SMTP_DELIVERED, true, 1, 0 },
	{ "a quarantine changes nothing", STORE_MAILDIR, "held", false, false,
	    SMTP_DELIVERED, true, 1, 0 },
	{ "into the quarantine alone", STORE_MAILDIR, "held", false, true,
	    SMTP_DELIVERED, true, 0, 1 },
	{ "into the quarantine, though others go nowhere", STORE_DISCARD,
	    "held", false, true, SMTP_DELIVERED, true, 0, 1 },
	{ "held, and there is no quarantine", STORE_MAILDIR, NULL, false, true,
	    SMTP_NOT_NOW, false, 0, 0 },
	{ "held, others go nowhere, and there is no quarantine", STORE_DISCARD,
	    NULL, false, true, SMTP_NOT_NOW, false, 0, 0 },
	{ "discarded", STORE_MAILDIR, "held", true, false,
	    SMTP_DELIVERED, false, 0, 0 },
	{ "discarded and held", STORE_MAILDIR, "held", true, true,
	    SMTP_DELIVERED, false, 0, 0 },
	{ "discarded and held, and there is no quarantine", STORE_MAILDIR,
	    NULL, true, true, SMTP_DELIVERED, false, 0, 0 },
};

static void
kinds(void)
{
	struct span list[] = { span_of(ALICE) };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct store_config config = config_of(rows[i].kind,
		    rows[i].quarantine);
		struct smtp_message m = mail_message(list, 1);
		struct delivery d;

		unit_case(rows[i].sentence);
		m.discarded = rows[i].discarded;
		m.quarantined = rows[i].quarantined;
		mail_desk_empty();
		check_int(deliver(&config, &m, &d), rows[i].result);
		check_int(told, rows[i].later);
		check_int(mail_count_all("new"), rows[i].mail + rows[i].held);
		if (rows[i].mail > 0)
			check_int(mail_count("mail/" ALICE "/new"), 1);
		if (rows[i].held > 0)
			check_int(mail_count("held/new"), 1);
		check_text(d.error.text, rows[i].result == SMTP_DELIVERED ? "" :
		    "a filter wants the message held, and there is no "
		    "quarantine");
	}
}

static void
queue(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);
	struct store_config config = config_of(STORE_QUEUE, "held");
	struct delivery d;

	config.queue = queue_open(mail_path("queue"), &error);
	check_true(config.queue != NULL);
	check_int(deliver(&config, &m, &d), SMTP_DELIVERED);
	check_int(told, 1);
	check_int(mail_count("queue/active"), 1);
	unit_case("held, and not sent on");
	m.quarantined = true;
	mail_desk_empty();
	check_int(deliver(&config, &m, &d), SMTP_DELIVERED);
	check_int(mail_count("queue/active"), 0);
	check_int(mail_count("held/new"), 1);
	queue_close(config.queue);
}

static void
trouble(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);
	struct store_config config = config_of(STORE_MAILDIR, NULL);
	struct delivery d;

	mail_desk_clear();
	check_int(mkdir(mail_path("mail"), 0700), 0);
	mail_put("mail/" ALICE, "a file where a folder should be");
	check_int(deliver(&config, &m, &d), SMTP_NOT_NOW);
	check_true(strstr(d.error.text, "/mail/" ALICE ": Not a directory") !=
	    NULL);
	unit_case("no folder");
	config = config_of(STORE_DISCARD, "held");
	check_true(store_new(&config, workers, &error) == NULL);
	check_true(span_ends_with(span_of(error.text),
	    span_of("/held: No such file or directory")));
	check_int(mkdir(mail_path("held"), 0700), 0);
	mail_desk_clear();
	config.kind = STORE_MAILDIR;
	check_true(store_new(&config, workers, &error) == NULL);
	check_true(span_ends_with(span_of(error.text),
	    span_of("/mail: No such file or directory")));
	store_free(NULL);
}

static const struct unit_test tests[] = {
	{ "a store and its folders", begin },
	{ "each message goes where it belongs", kinds },
	{ "a message waits to be relayed", queue },
	{ "what goes wrong is told", trouble },
	{ "nothing stays behind", end },
};

UNIT_MAIN("store", tests)
