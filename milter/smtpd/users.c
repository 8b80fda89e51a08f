/*
 * users.c - names and passwords, as they stand in their file.
 *
 * The file is kept in memory as it is, and a sorted table points into it. Who
 * does not exist is compared with somebody else, so that the time of an answer
 * tells nobody's name.
 *
 * Failure: -1 and FILE:LINE, without what stands there.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtpd/secret_file.h"
#include "milter/smtpd/users.h"

struct user {
	struct span name;	/* into the file, as the next */
	struct span password;
	unsigned line;
};

struct users {
	struct secret_file file;
	struct user *at;	/* by name */
	size_t count;
};

static int
compare_names(struct span a, struct span b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

/* For qsort(3): by name, then by line. */
static int
compare_users(const void *a, const void *b)
{
	const struct user *one = a, *other = b;
	int order = compare_names(one->name, other->name);

	if (order != 0)
		return order;
	return one->line < other->line ? -1 : one->line > other->line;
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return true;
	return false;
}

/* LINE is "name:password". What is wrong with it; NULL: nothing. */
static const char *
read_user(struct span line, struct user *user)
{
	size_t colon = span_find(line, ':');

	user->name = span_head(line, colon);
	user->password = span_skip(line, colon + 1);
	if (colon == line.len)
		return "there is no ':' between a name and a password";
	if (user->name.len == 0)
		return "there is no name before the ':'";
	if (user->password.len == 0)
		return "there is no password behind the ':'";
	if (span_find(user->name, ' ') < user->name.len)
		return "there is a blank in the name";
	if (has_control(line))
		return "there is a control character, perhaps a CR, in it";
	return NULL;
}

static bool
is_user(struct span line)
{
	return line.len > 0 && line.ptr[0] != '#';
}

/* The next line of REST, without its LF. */
static struct span
next_line(struct span *rest)
{
	struct span line = span_head(*rest, span_find(*rest, '\n'));

	*rest = span_skip(*rest, line.len + 1);
	return line;
}

static size_t
count_users(struct span text)
{
	size_t count = 0;

	while (text.len > 0)
		count += is_user(next_line(&text));
	return count;
}

static int
read_users(struct users *u, const char *path, struct error *error)
{
	struct span rest = span_make(u->file.ptr, u->file.len);
	const char *wrong;

	for (unsigned line = 1; rest.len > 0; line++) {
		struct span text = next_line(&rest);

		if (!is_user(text))
			continue;
		wrong = read_user(text, &u->at[u->count]);
		if (wrong != NULL)
			return error_set(error, "%s:%u: %s", path, line, wrong);
		u->at[u->count++].line = line;
	}
	return 0;
}

/* Sort; no name may stand there twice. */
static int
sort_users(struct users *u, const char *path, struct error *error)
{
	if (u->count > 0)
		qsort(u->at, u->count, sizeof *u->at, compare_users);
	for (size_t i = 1; i < u->count; i++)
		if (compare_names(u->at[i - 1].name, u->at[i].name) == 0)
			return error_set(error, "%s:%u: the name stands in "
			    "line %u already", path, u->at[i].line,
			    u->at[i - 1].line);
	return 0;
}

struct users *
users_read(const char *path, struct error *error)
{
	struct users *u = calloc(1, sizeof *u);
	size_t count;

	if (u == NULL) {
		(void)error_set(error, "%s: no memory", path);
		return NULL;
	}
	if (secret_file_read(path, S_IRWXG | S_IRWXO, &u->file, error) < 0)
		goto failed;
	count = count_users(span_make(u->file.ptr, u->file.len));
	u->at = calloc(count + 1, sizeof *u->at);
	if (u->at == NULL) {
		(void)error_set(error, "%s: no memory", path);
		goto failed;
	}
	if (read_users(u, path, error) < 0 || sort_users(u, path, error) < 0)
		goto failed;
	return u;

failed:
	users_free(u);
	return NULL;
}

void
users_free(struct users *u)
{
	if (u == NULL)
		return;
	secret_file_release(&u->file);
	free(u->at);
	free(u);
}

/* The place of NAME, or one near it when nobody is called so. */
static size_t
find_user(const struct users *u, struct span name)
{
	size_t low = 0, high = u->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(u->at[middle].name, name) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Are they the same? The time depends on GIVEN's length alone. */
static bool
is_password(struct span stored, struct span given)
{
	volatile unsigned char differs = stored.len != given.len;

	for (size_t i = 0; i < given.len; i++)
		differs |= (unsigned char)(given.ptr[i] ^
		    stored.ptr[i % stored.len]);
	return differs == 0;
}

int
users_check(const struct users *u, struct span user, struct span password)
{
	const struct user *found;
	bool right;

	if (u->count == 0)
		return -1;
	found = &u->at[find_user(u, user)];
	right = is_password(found->password, password);
	return right && compare_names(found->name, user) == 0 ? 0 : -1;
}
