/*
 * check_machine.c - libraries, limits, and the resolver.
 *
 * Limits are those of whoever asks; a service manager may give the daemon
 * others.
 *
 * Failure: a finding.
 */
#include "config.h"

#include <string.h>
#include <sys/resource.h>

#include "build_info.h"
#include "milter/daemon/daemon.h"
#include "milter/doctor/checks.h"
#include "rules/base/read_file.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX (1u << 20)

/* Beside connections: the log, sockets, rule files (milter/daemon/gate.c). */
#define DESCRIPTORS_KEPT 48

static const char *
find_component(const struct build_component *rows, size_t count,
    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].version;
	return "";
}

static void
check_libraries(struct doctor *d)
{
	const struct build_component *engine, *milter;
	size_t engine_count, milter_count;

	engine = engine_components(&engine_count);
	milter = daemon_components(&milter_count);
	finding_add(d->findings, GRADE_OK, "libraries", "PCRE2 %s, libyaml %s, "
	    "libmilter %s, whose listener is %s",
	    find_component(engine, engine_count, "PCRE2"),
	    find_component(engine, engine_count, "libyaml"),
	    find_component(milter, milter_count, "libmilter (running)"),
	    find_component(milter, milter_count, "libmilter listener"));
	if (strcmp(find_component(engine, engine_count, "PCRE2 JIT"),
	    "on") == 0) {
		finding_add(d->findings, GRADE_OK, "jit", "PCRE2 compiles "
		    "regexes to machine code");
		return;
	}
	finding_add(d->findings, GRADE_NOTE, "jit", "PCRE2 does not compile "
	    "regexes to machine code: they are matched many times slower");
	finding_advise(d->findings, "PCRE2 was built without its JIT, or the "
	    "system forbids new machine code, as MemoryDenyWriteExecute=yes "
	    "of systemd does");
}

static void
check_descriptors(struct doctor *d)
{
	size_t wanted = d->settings != NULL ? d->settings->limits.connections :
	    0;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	if (wanted + DESCRIPTORS_KEPT <= files.rlim_max) {
		finding_add(d->findings, GRADE_OK, "limits", "a process may "
		    "have %llu files open here",
		    (unsigned long long)files.rlim_max);
		return;
	}
	finding_add(d->findings, GRADE_NOTE, "limits", "a process may have "
	    "%llu files open here: too few for "
	    "settings.limits.connections, %zu",
	    (unsigned long long)files.rlim_max, wanted);
	finding_advise(d->findings, "raise LimitNOFILE= of the systemd unit, "
	    "or ulimit -n where the filter is started");
}

static bool
has_nameserver(struct span text)
{
	static const char word[] = "nameserver";
	struct span line;

	while (text.len > 0) {
		line = span_head(text, span_find(text, '\n'));
		text = span_skip(text, line.len + 1);
		if (span_starts_with(line, span_of(word)) &&
		    line.len > sizeof word && (line.ptr[sizeof word - 1] == ' '
		    || line.ptr[sizeof word - 1] == '\t'))
			return true;
	}
	return false;
}

/* No rule of this version asks it. */
static void
check_resolver(struct doctor *d)
{
	struct buffer text;
	struct stat found;
	bool named;

	named = read_file(RESOLV_CONF, RESOLV_CONF_MAX, &text, &found,
	    NULL) == 0 && has_nameserver(buffer_span(&text));
	buffer_release(&text);
	finding_add(d->findings, named ? GRADE_OK : GRADE_NOTE, "resolver",
	    named ? RESOLV_CONF " names a server" : RESOLV_CONF " names no "
	    "server; the MTA may want one, the filter asks none");
}

void
check_machine(struct doctor *d)
{
	check_libraries(d);
	check_descriptors(d);
	check_resolver(d);
}
