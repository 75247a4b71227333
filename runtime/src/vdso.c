/* The kernel's own clock_gettime, found in the vDSO. Its address is this machine's and never leaves private memory. */
#include "runtime.h"

long (*pop_vdso_clock_gettime)(long clock, struct pop_timespec *time);

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t header_bytes, program_header_bytes, program_header_count;
};
struct elf_program_header { uint32_t type, flags; uint64_t offset, address, physical, file_bytes, bytes, align; };
struct elf_dynamic { int64_t tag; uint64_t value; };
struct elf_symbol { uint32_t name; uint8_t info, other; uint16_t section; uint64_t value, bytes; };

enum { PT_LOAD_ = 1, PT_DYNAMIC_ = 2, DT_HASH_ = 4, DT_STRTAB_ = 5, DT_SYMTAB_ = 6 };

#if defined __aarch64__
static const char wanted[] = "__kernel_clock_gettime";
#else
static const char wanted[] = "__vdso_clock_gettime";
#endif

static int same(const char *a, const char *b)
{
	while (*a && *a == *b) a++, b++;
	return *a == *b;
}

void pop_vdso_find(const void *image)
{
	const struct elf_header *header = image;
	const struct elf_program_header *program = (const void *)((const char *)image + header->program_headers);
	const struct elf_dynamic *dynamic = 0;
	uint64_t bias = 0;
	for (int i = 0, biased = 0; i < header->program_header_count; i++) {
		if (program[i].type == PT_LOAD_ && !biased++) bias = (uint64_t)image + program[i].offset - program[i].address;
		if (program[i].type == PT_DYNAMIC_) dynamic = (const void *)((const char *)image + program[i].offset);
	}
	const char *names = 0;
	const struct elf_symbol *symbols = 0;
	const uint32_t *hash = 0;
	for (; dynamic && dynamic->tag; dynamic++) {
		const void *at = (const void *)(bias + dynamic->value);
		if (dynamic->tag == DT_STRTAB_) names = at;
		if (dynamic->tag == DT_SYMTAB_) symbols = at;
		if (dynamic->tag == DT_HASH_) hash = at;
	}
	if (!names || !symbols || !hash) return; /* without DT_HASH the system call does */
	for (uint32_t i = 0; i < hash[1]; i++)
		if (symbols[i].section && same(names + symbols[i].name, wanted))
			pop_vdso_clock_gettime = (long (*)(long, struct pop_timespec *))(bias + symbols[i].value);
}
