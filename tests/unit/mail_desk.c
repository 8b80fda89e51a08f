/*
 * mail_desk.c - a folder for Maildirs, and messages to be put there.
 */
#include "config.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

#define TEXT_LIMIT (4u << 20)

static char folder[] = "/tmp/mail_desk.XXXXXX";
char mail_desk[sizeof folder];
static struct buffer text;

void
mail_desk_begin(void)
{
	strcpy(mail_desk, folder);
	check_true(mkdtemp(mail_desk) != NULL);
	buffer_init(&text, TEXT_LIMIT);
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level > 0 ? remove(path) : 0;
}

void
mail_desk_clear(void)
{
	check_int(nftw(mail_desk, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void
mail_desk_end(void)
{
	mail_desk_clear();
	check_int(rmdir(mail_desk), 0);
	buffer_release(&text);
}

const char *
mail_path(const char *path)
{
	static char paths[2][MAIL_PATH_MAX];
	static unsigned turn;

	turn ^= 1;
	snprintf(paths[turn], sizeof paths[turn], "%s/%s", mail_desk, path);
	return paths[turn];
}

struct smtp_message
mail_message(const struct span *list, size_t count)
{
	return (struct smtp_message){
		.queue_id = span_of("4XyZ1a"),
		.sender = span_of("bob@friend.example"),
		.recipients = list,
		.recipient_count = count,
		.header = span_of("Received: from x\r\n\tby y\r\n"
		    "Subject: hello\r\n\r\n"),
		.body = span_of("one\r\ntwo\r\n"),
	};
}

int
mail_count(const char *path)
{
	DIR *dir = opendir(mail_path(path));
	int count = 0;

	if (dir == NULL)
		return -1;
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			count++;
	}
	closedir(dir);
	return count;
}

static int
remove_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	return kind == FTW_F ? remove(path) : 0;
}

void
mail_desk_empty(void)
{
	check_int(nftw(mail_desk, remove_file, 16, FTW_PHYS), 0);
}

/* What nftw() cannot be handed. */
static const char *counted_folder;
static int counted;

static int
count_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	struct span above = span_head(span_of(path), (size_t)at->base - 1);
	size_t slash = span_find_last(above, '/');

	(void)st;
	if (kind == FTW_F && span_is(span_skip(above, slash + 1),
	    counted_folder))
		counted++;
	return 0;
}

int
mail_count_all(const char *name)
{
	counted_folder = name;
	counted = 0;
	check_int(nftw(mail_desk, count_entry, 16, FTW_PHYS), 0);
	return counted;
}

const char *
mail_name(const char *path)
{
	static char name[MAIL_PATH_MAX];
	DIR *dir = opendir(mail_path(path));
	unsigned count = 0;

	name[0] = '\0';
	if (dir == NULL) {
		check_text(path, "a folder");
		return name;
	}
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s", e->d_name);
		count++;
	}
	closedir(dir);
	check_int(count, 1);
	return name;
}

const char *
mail_read(const char *path)
{
	char at[2 * MAIL_PATH_MAX], piece[4096];
	FILE *file;
	size_t n;

	snprintf(at, sizeof at, "%s/%s", mail_path(path), mail_name(path));
	buffer_clear(&text);
	file = fopen(at, "r");
	check_true(file != NULL);
	if (file == NULL)
		return "";
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		buffer_add(&text, span_make(piece, n));
	fclose(file);
	return buffer_text(&text);
}

void
mail_put(const char *path, const char *content)
{
	FILE *file = fopen(mail_path(path), "w");

	check_true(file != NULL && fputs(content, file) >= 0);
	if (file != NULL)
		fclose(file);
}
