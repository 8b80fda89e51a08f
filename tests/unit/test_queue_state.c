/*
 * test_queue_state.c - how far a message in the queue is.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/queue_state.h"
#include "tests/unit/unit.h"

static char folder[32];
static char path[64];			/* of the state "n" */
static struct queue_disk disk;

static void
begin(void)
{
	struct error error = { "" };

	strcpy(folder, "/tmp/queue.XXXXXX");
	check_true(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/state/n", folder);
	check_int(queue_disk_open(&disk, folder, &error), 0);
}

static void
end(void)
{
	static const char *const all[] = { "state/n", "lock", "tmp", "active",
	    "state", "bounced", "" };
	char name[64];

	queue_disk_close(&disk);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		snprintf(name, sizeof name, "%s/%s", folder, all[i]);
		(void)remove(name);
	}
	check_int(access(folder, F_OK), -1);
}

static void
put_file(const char *text)
{
	FILE *file = fopen(path, "w");

	check_true(file != NULL && fputs(text, file) >= 0);
	if (file != NULL)
		fclose(file);
}

static void
state_comes_back(void)
{
	struct queue_state *s = queue_state_new(3);

	begin();
	check_true(queue_state_read(&disk, "n") == NULL && errno == ENOENT);
	queue_state_set(s, 0, QUEUE_DELIVERED, "250 2.0.0 Ok");
	queue_state_set(s, 2, QUEUE_REFUSED, "550 no\r\nsuch\x80user");
	s->tries = 7;
	s->next_try = 1234567;
	check_int(queue_state_write(&disk, "n", s), 0);
	queue_state_free(s);
	s = queue_state_read(&disk, "n");
	check_true(s != NULL);
	check_int(s->tries, 7);
	check_int(s->next_try, 1234567);
	check_text(s->status, "d.r");
	check_text(s->reply[0], "250 2.0.0 Ok");
	check_true(s->reply[1] == NULL);
	check_text(s->reply[2], "550 no??such?user");
	check_size(queue_state_count(s, QUEUE_WAITING), 1);
	queue_state_free(s);
	end();
}

static void
long_replies_fit(void)
{
	struct queue_state *s = queue_state_new(2);
	char text[2000];

	begin();
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	queue_state_set(s, 1, QUEUE_WAITING, text);
	check_int(queue_state_write(&disk, "n", s), 0);
	queue_state_free(s);
	s = queue_state_read(&disk, "n");
	check_true(s != NULL && strlen(s->reply[1]) == QUEUE_REPLY_MAX - 1);
	queue_state_free(s);
	end();
}

static void
cut_state(void)
{
	struct queue_state *s = queue_state_new(2);
	struct stat whole;

	begin();
	queue_state_set(s, 0, QUEUE_DELIVERED, "250");
	check_int(queue_state_write(&disk, "n", s), 0);
	queue_state_free(s);
	check_int(stat(path, &whole), 0);
	for (off_t i = whole.st_size - 1; i >= 0; i--) {
		check_int(truncate(path, i), 0);
		check_true(queue_state_read(&disk, "n") == NULL);
		check_int(errno, EINVAL);
	}
	end();
}

static void
bad_states(void)
{
	static const char *const rows[] = {
		"millgate-state 2 1\ntries 0\nnext 0\nstatus .\nend\n",
		"millgate-state 1 2\ntries 0\nnext 0\nstatus .\nend\n",
		"millgate-state 1 9999999999\ntries 0\nnext 0\nstatus .\nend\n",
		"millgate-state 1 -1\ntries 0\nnext 0\nstatus \nend\n",
		"millgate-state 1 1\ntries -1\nnext 0\nstatus .\nend\n",
		"millgate-state 1 1\ntries 0\nnext 0\nstatus ?\nend\n",
		"millgate-state 1 1\ntries 0\nnext 0\nstatus .\nreply 1 \n",
		"millgate-state 1 1\ntries 0\nnext 0\nstatus .\nend\nend\n",
		"millgate-state 1 1\ntries 0\nnext 0\nstatus .\nreply 0\nend\n",
	};

	begin();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i]);
		put_file(rows[i]);
		check_true(queue_state_read(&disk, "n") == NULL);
	}
	end();
}

static const struct unit_test tests[] = {
	{ "what was written comes back", state_comes_back },
	{ "replies are cut, not lost", long_replies_fit },
	{ "what is cut off is not believed", cut_state },
	{ "what is none is not believed", bad_states },
};

UNIT_MAIN("queue_state", tests)
