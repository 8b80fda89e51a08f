/*
 * test_postfix_config.c - main.cf and master.cf, read by ourselves.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/doctor/postfix_config.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/postfix_config.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	out = fopen(path, "w");
	check_true(out != NULL);
	if (out == NULL)
		return;
	fputs(text, out);
	fclose(out);
}

/* A config of these files. */
static void
read_texts(struct postfix_config *c, const char *main, const char *master)
{
	struct error error = { .text = "" };

	write_file("main.cf", main);
	write_file("master.cf", master);
	check_int(postfix_config_read(c, folder, &error), 0);
	check_text(error.text, "");
}

static void
check_value(const struct postfix_config *c, const struct postfix_service *s,
    const char *name, const char *want)
{
	struct buffer value;

	unit_case(name);
	check_int(postfix_value(c, s, name, &value), want != NULL ? 0 : -1);
	if (want != NULL)
		check_text(buffer_text(&value), want);
	buffer_release(&value);
}

static void
lines_go_on_and_comments_end_none(void)
{
	struct postfix_config c;

	read_texts(&c,
	    "one = 1\n"
	    "# a comment = 2\n"
	    "list = a,\n"
	    "# within\n"
	    "\n"
	    "   # and another\n"
	    "\tb,\r\n"
	    "  c\n"
	    "no parameter\n"
	    "one=last\n"
	    "empty =\n"
	    "   equal = a=b", "");
	check_value(&c, NULL, "one", "last");
	check_value(&c, NULL, "list", "a, b, c");
	check_value(&c, NULL, "equal", "");
	check_value(&c, NULL, "empty", "equal = a=b");
	check_value(&c, NULL, "unknown", "");
	check_true(postfix_is_set(&c.main, "empty"));
	check_true(!postfix_is_set(&c.main, "no parameter"));
	postfix_config_release(&c);
}

static void
values_name_others(void)
{
	struct postfix_config c;

	read_texts(&c,
	    "a = x\n"
	    "b = $a-${a}-$(a)\n"
	    "c = $b$$a\n"
	    "d = <$unknown>$queue_directory\n"
	    "ring = $ring\n"
	    "twice0 = $twice1$twice1\ntwice1 = $twice2$twice2\n"
	    "twice2 = $twice3$twice3\ntwice3 = $twice4$twice4\n"
	    "twice4 = $twice5$twice5\ntwice5 = $twice6$twice6\n"
	    "twice6 = $twice7$twice7\ntwice7 = $a$a\n"
	    "condition = ${a?yes}\n"
	    "open = ${a\n"
	    "alone = $\n", "");
	check_value(&c, NULL, "b", "x-x-x");
	check_value(&c, NULL, "c", "x-x-x$a");
	check_value(&c, NULL, "d", "<>/var/spool/postfix");
	check_value(&c, NULL, "milter_protocol", "6");
	check_value(&c, NULL, "ring", NULL);
	check_value(&c, NULL, "twice0", NULL);
	check_value(&c, NULL, "condition", NULL);
	check_value(&c, NULL, "open", NULL);
	check_value(&c, NULL, "alone", NULL);
	postfix_config_release(&c);
}

static void
services_have_options_of_their_own(void)
{
	struct postfix_config c;
	const struct postfix_service *s;

	read_texts(&c, "a = main\nb = $a\n",
	    "# service type\n"
	    "smtp inet n - y - - smtpd\n"
	    "  -v -o a=own -o { b = $a and more }\n"
	    "#\n"
	    "  -oc=joined -o\n"
	    "too few fields\n"
	    "smtpd pass - - - - - smtpd\n");
	check_int((int)c.service_count, 2);
	s = &c.services[0];
	check_text(s->name, "smtp");
	check_text(s->type, "inet");
	check_text(s->command, "smtpd");
	check_value(&c, s, "a", "own");
	check_value(&c, s, "b", "own and more");
	check_value(&c, s, "c", "joined");
	check_value(&c, &c.services[1], "b", "main");
	check_true(postfix_is_chrooted(&c, s));
	/* compatibility_level is 0 unless it is set. */
	check_true(postfix_is_chrooted(&c, &c.services[1]));
	postfix_config_release(&c);

	read_texts(&c, "compatibility_level = 3.6\n",
	    "smtp inet n - - - - smtpd\nsmtp inet n - n - - smtpd\n");
	check_true(!postfix_is_chrooted(&c, &c.services[0]));
	check_true(!postfix_is_chrooted(&c, &c.services[1]));
	postfix_config_release(&c);
}

static void
words_stand_in_braces(void)
{
	struct span rest = span_of(" a,b  { c, { d } e } {open"), word;
	static const char *const want[] = { "a", "b", "c, { d } e", "open" };

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		check_true(postfix_take_word(&rest, ",", &word));
		check_span(word, want[i]);
	}
	check_true(!postfix_take_word(&rest, ",", &word));
}

static void
what_cannot_be_read_is_said(void)
{
	struct postfix_config c;
	struct error error;
	char path[64], want[128];

	snprintf(path, sizeof path, "%s/master.cf", folder);
	unlink(path);
	snprintf(want, sizeof want, "cannot read %s: No such file or "
	    "directory", path);
	check_int(postfix_config_read(&c, folder, &error), -1);
	check_text(error.text, want);
	postfix_config_release(&c);
	postfix_config_release(&c);
	check_int(mkdir(path, 0700), 0);
	check_int(postfix_config_read(&c, folder, &error), -1);
	postfix_config_release(&c);
	rmdir(path);
	snprintf(path, sizeof path, "%s/main.cf", folder);
	unlink(path);
	rmdir(folder);
}

static void
a_folder_is_made(void)
{
	check_true(mkdtemp(folder) != NULL);
}

static const struct unit_test tests[] = {
	{ "a folder is made", a_folder_is_made },
	{ "lines go on, and comments end none",
	    lines_go_on_and_comments_end_none },
	{ "values name others", values_name_others },
	{ "services have options of their own",
	    services_have_options_of_their_own },
	{ "words stand in braces", words_stand_in_braces },
	{ "what cannot be read is said", what_cannot_be_read_is_said },
};

UNIT_MAIN("postfix_config", tests)
