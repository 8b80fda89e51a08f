/*
 * standalone.c - run a fuzz program over files, without a fuzzer.
 *
 *	tests/fuzz/fuzz_rules FILE|FOLDER...
 *
 * Each file, and each file in a folder, is one input. Prints how many there
 * were. Exit status: 0 all ran, 1 there was none, 2 one could not be read.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (1u << 20)

static void
run_file(const char *path, size_t *count)
{
	FILE *in = fopen(path, "re");
	uint8_t *bytes = malloc(INPUT_MAX), *exact;
	size_t size;

	if (in == NULL || bytes == NULL) {
		perror(path);
		exit(2);
	}
	size = fread(bytes, 1, INPUT_MAX, in);
	if (size == INPUT_MAX) {
		fprintf(stderr, "%s: larger than an input may be\n", path);
		exit(2);
	}
	(void)fclose(in);
	/* In memory of its own size, so that a byte too far is seen. */
	exact = malloc(size > 0 ? size : 1);
	if (exact == NULL)
		exit(2);
	memcpy(exact, bytes, size);
	free(bytes);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	++*count;
}

static void
run_folder(const char *path, size_t *count)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[4096];

	if (folder == NULL) {
		perror(path);
		exit(2);
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "%s/%s", path,
		    entry->d_name);
		run_file(name, count);
	}
	(void)closedir(folder);
}

int
main(int argc, char **argv)
{
	struct stat found;
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &found) < 0) {
			perror(argv[i]);
			return 2;
		}
		if (S_ISDIR(found.st_mode))
			run_folder(argv[i], &count);
		else
			run_file(argv[i], &count);
	}
	printf("%zu inputs\n", count);
	return count > 0 ? 0 : 1;
}
