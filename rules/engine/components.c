/*
 * components.c - name the libraries that the engine stands on.
 *
 * Each version is asked of its library when the program runs, through the one
 * file that may know it: what was found when it was built may have been
 * replaced since. Nothing here can fail.
 */
#include "config.h"

#include "build_info.h"
#include "rules/load/tree.h"
#include "rules/mail/decode/decode.h"
#include "rules/match/regex.h"

const struct build_component *
engine_components(size_t *count)
{
	static struct build_component components[] = {
		{ "PCRE2", NULL },
		{ "PCRE2 JIT", NULL },
		{ "libyaml", NULL },
		{ "GMime", NULL },
	};

	components[0].version = regex_library_version();
	components[1].version = regex_has_jit() ? "on" : "off";
	components[2].version = tree_library_version();
	components[3].version = decode_is_built_in() ?
	    decode_library_version() : "no";
	*count = sizeof components / sizeof components[0];
	return components;
}
