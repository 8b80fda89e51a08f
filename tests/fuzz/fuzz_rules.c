/*
 * fuzz_rules.c - any bytes as a rule file.
 *
 * What loads must survive a message; what does not must have said why.
 */
#include "config.h"

#include <stdlib.h>

#include "engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/one_message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_make((const char *)data, size);
	struct error_list errors = { .count = 0 };
	struct policy *p;

	/* In a folder that is not there, so that no `include` finds a file. */
	p = policy_load_text("/nonexistent/fuzz.yaml", text, &errors);
	if (p == NULL && errors.count == 0)
		abort();
	if (p != NULL)
		(void)one_message(p);
	policy_unref(p);
	error_list_release(&errors);
	return 0;
}
