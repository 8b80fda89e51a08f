/*
 * session_work.c - a session file read, for rows to compare.
 */
#include "config.h"

#include "tests/support/session_work.h"

void
work_begin(struct work *w, struct span text)
{
	recording_init(&w->recording, 64u << 20);
	w->errors = (struct error_list){ .count = 0 };
	buffer_init(&w->said, 8u << 20);
	w->result = session_read(&w->recording, "a.smtp", text, &w->errors);
	recording_text(&w->said, &w->recording);
}

void
work_end(struct work *w)
{
	recording_release(&w->recording);
	error_list_release(&w->errors);
	buffer_release(&w->said);
}
