/* What clang's -fsanitize=undefined calls when it has found undefined behaviour: one line on standard error, in
 * compiler-rt's words, once for each place in the source. Portable code like the program itself, so a report may be
 * interrupted by a move. The handlers ending in _abort (-fno-sanitize-recover) end the program; those ending in
 * _minimal (-fsanitize-minimal-runtime) know no place. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Layouts of LLVM 19 (clang's CGExpr.cpp): each kind of check has a record that begins with its place. */
struct place { const char *file; uint32_t line, column; };
struct type { uint16_t kind, detail; char name[]; };
struct record { struct place place; const struct type *type, *other; };
struct access { struct place place; const struct type *type; uint8_t log_alignment, kind; };
struct assumption { struct place place, assumed; const struct type *type; };
struct argument { struct place place, attribute; int32_t index; };
struct builtin { struct place place; uint8_t kind; };

enum { INTEGER = 0, TEXT_MAX = 512, VALUE_MAX = 48 };
#define SEEN UINT32_MAX

/* A value: itself when it fits 64 bits, or its address. */
struct number { int negative, wide; uint64_t magnitude, high; };

static unsigned bits_of(const struct type *type) { return type->kind == INTEGER ? 1u << (type->detail >> 1) : 0; }

static struct number number_of(const struct type *type, uintptr_t value)
{
	unsigned bits = bits_of(type);
	struct number n = { 0 };
	if (bits > 64) {
		memcpy(&n.magnitude, (const void *)value, sizeof n.magnitude);
		memcpy(&n.high, (const char *)value + 8, sizeof n.high);
		n.wide = 1;
		n.negative = type->detail & n.high >> 63;
		return n;
	}
	if (bits < 64) value &= (1ull << bits) - 1;
	n.negative = type->detail & value >> (bits - 1);
	n.magnitude = value;
	if (n.negative) n.magnitude = -value & (bits < 64 ? (1ull << bits) - 1 : ~0ull);
	return n;
}

static const char *show(char text[VALUE_MAX], const struct type *type, uintptr_t value)
{
	struct number n = number_of(type, value);
	if (n.wide) snprintf(text, VALUE_MAX, "0x%016llx%016llx", (long long)n.high, (long long)n.magnitude);
	else snprintf(text, VALUE_MAX, "%s%llu", n.negative ? "-" : "", (long long)n.magnitude);
	return text;
}

static void print(const char *text) { write(2, text, strlen(text)); }

/* Says what happened at this place, unless that has been said before. */
static void report(struct place *place, const char *format, ...)
{
	const char *file = place->file ? place->file : "?";
	uint32_t line = place->line, column = __atomic_exchange_n(&place->column, SEEN, __ATOMIC_RELAXED);
	char text[TEXT_MAX];
	va_list arguments;
	if (column == SEEN) return;
	int length = snprintf(text, sizeof text - 1, "%s:%u:%u: runtime error: ", file, line, column);
	va_start(arguments, format);
	if (length < TEXT_MAX - 1) vsnprintf(text + length, sizeof text - 1 - length, format, arguments);
	va_end(arguments);
	print(strcat(text, "\n"));
}

static void overflow(struct record *r, uintptr_t a, const char *operation, uintptr_t b)
{
	char left[VALUE_MAX], right[VALUE_MAX];
	report(&r->place, "%ssigned integer overflow: %s %s %s cannot be represented in type %s", r->type->detail & 1 ? "" : "un",
		show(left, r->type, a), operation, show(right, r->type, b), r->type->name);
}

static void add_overflow(struct record *r, uintptr_t a, uintptr_t b) { overflow(r, a, "+", b); }
static void sub_overflow(struct record *r, uintptr_t a, uintptr_t b) { overflow(r, a, "-", b); }
static void mul_overflow(struct record *r, uintptr_t a, uintptr_t b) { overflow(r, a, "*", b); }

static void negate_overflow(struct record *r, uintptr_t a, uintptr_t unused)
{
	char value[VALUE_MAX];
	report(&r->place, "negation of %s cannot be represented in type %s%s", show(value, r->type, a), r->type->name,
		r->type->detail & 1 ? "; cast to an unsigned type to negate this value to itself" : "");
}

static void divrem_overflow(struct record *r, uintptr_t a, uintptr_t b)
{
	char value[VALUE_MAX];
	if (r->type->kind == INTEGER && number_of(r->type, b).negative)
		report(&r->place, "division of %s by -1 cannot be represented in type %s", show(value, r->type, a), r->type->name);
	else
		report(&r->place, "division by zero");
}

static void shift_out_of_bounds(struct record *r, uintptr_t a, uintptr_t b)
{
	char left[VALUE_MAX], right[VALUE_MAX];
	struct number by = number_of(r->other, b);
	unsigned bits = bits_of(r->type);
	show(left, r->type, a);
	show(right, r->other, b);
	if (by.negative)
		report(&r->place, "shift exponent %s is negative", right);
	else if (by.high || by.magnitude >= bits)
		report(&r->place, "shift exponent %s is too large for %u-bit type %s", right, bits, r->type->name);
	else if (number_of(r->type, a).negative)
		report(&r->place, "left shift of negative value %s", left);
	else
		report(&r->place, "left shift of %s by %s places cannot be represented in type %s", left, right, r->type->name);
}

static void out_of_bounds(struct record *r, uintptr_t index, uintptr_t unused)
{
	char value[VALUE_MAX];
	report(&r->place, "index %s out of bounds for type %s", show(value, r->other, index), r->type->name);
}

static void vla_bound_not_positive(struct record *r, uintptr_t bound, uintptr_t unused)
{
	char value[VALUE_MAX];
	report(&r->place, "variable length array bound evaluates to non-positive value %s", show(value, r->type, bound));
}

static void load_invalid_value(struct record *r, uintptr_t a, uintptr_t unused)
{
	char value[VALUE_MAX];
	report(&r->place, "load of value %s, which is not a valid value for type %s", show(value, r->type, a), r->type->name);
}

static void float_cast_overflow(struct record *r, uintptr_t unused, uintptr_t unused2)
{
	report(&r->place, "a value of type %s is outside the range of representable values of type %s", r->type->name,
		r->other->name);
}

static void implicit_conversion(struct record *r, uintptr_t from, uintptr_t to)
{
	char was[VALUE_MAX], is[VALUE_MAX];
	report(&r->place, "implicit conversion from type %s of value %s to type %s changed the value to %s", r->type->name,
		show(was, r->type, from), r->other->name, show(is, r->other, to));
}

static void pointer_overflow(struct record *r, uintptr_t base, uintptr_t result)
{
	if (!base)
		report(&r->place, "applying non-zero offset %llu to null pointer", (long long)result);
	else if (!result)
		report(&r->place, "applying non-zero offset to non-null pointer %p produced null pointer", (void *)base);
	else
		report(&r->place, "pointer index expression with base %p overflowed to %p", (void *)base, (void *)result);
}

static void type_mismatch(struct access *r, uintptr_t address, uintptr_t unused)
{
	static const char *const kinds[] = { "load of", "store to", "reference binding to", "member access within" };
	const char *kind = r->kind < sizeof kinds / sizeof *kinds ? kinds[r->kind] : "use of";
	unsigned long alignment = 1ul << r->log_alignment;
	if (!address)
		report(&r->place, "%s null pointer of type %s", kind, r->type->name);
	else if (address & (alignment - 1))
		report(&r->place, "%s misaligned address %p for type %s, which requires %lu byte alignment", kind, (void *)address,
			r->type->name, alignment);
	else
		report(&r->place, "%s address %p with insufficient space for an object of type %s", kind, (void *)address,
			r->type->name);
}

static void alignment_assumption(struct assumption *r, uintptr_t pointer, uintptr_t alignment)
{
	report(&r->place, "assumption of %llu byte alignment for pointer of type %s failed", (long long)alignment,
		r->type->name);
}

static void nonnull_arg(struct argument *r, uintptr_t unused, uintptr_t unused2)
{
	report(&r->place, "null pointer passed as argument %d, which is declared to never be null", (int)r->index);
}

static void nonnull_return(void *record, uintptr_t place, uintptr_t unused)
{
	report((struct place *)place, "null pointer returned from function declared to never return null");
}

static void invalid_builtin(struct builtin *r, uintptr_t unused, uintptr_t unused2)
{
	report(&r->place, "passing zero to %s(), which is not a valid argument", r->kind ? "clz" : "ctz");
}

static void builtin_unreachable(struct place *place, uintptr_t unused, uintptr_t unused2)
{
	report(place, "execution reached an unreachable program point");
}

static void print_kind(const char *kind)
{
	char text[VALUE_MAX];
	snprintf(text, sizeof text, "ubsan: %s\n", kind);
	for (char *c = text; *c; c++) if (*c == '_') *c = '-';
	print(text);
}

/* The entries of one check. */
#define CHECK(entry, record, kind) \
	void __ubsan_handle_##entry(record *r, uintptr_t a, uintptr_t b) { kind(r, a, b); } \
	void __ubsan_handle_##entry##_abort(record *r, uintptr_t a, uintptr_t b) { kind(r, a, b); abort(); } \
	MINIMAL(kind)
#define MINIMAL(kind) \
	void __ubsan_handle_##kind##_minimal(void) { print_kind(#kind); } \
	void __ubsan_handle_##kind##_minimal_abort(void) { print_kind(#kind); abort(); }

CHECK(add_overflow, struct record, add_overflow)
CHECK(sub_overflow, struct record, sub_overflow)
CHECK(mul_overflow, struct record, mul_overflow)
CHECK(negate_overflow, struct record, negate_overflow)
CHECK(divrem_overflow, struct record, divrem_overflow)
CHECK(shift_out_of_bounds, struct record, shift_out_of_bounds)
CHECK(out_of_bounds, struct record, out_of_bounds)
CHECK(vla_bound_not_positive, struct record, vla_bound_not_positive)
CHECK(load_invalid_value, struct record, load_invalid_value)
CHECK(float_cast_overflow, struct record, float_cast_overflow)
CHECK(implicit_conversion, struct record, implicit_conversion)
CHECK(pointer_overflow, struct record, pointer_overflow)
CHECK(type_mismatch_v1, struct access, type_mismatch)
CHECK(alignment_assumption, struct assumption, alignment_assumption)
CHECK(nonnull_arg, struct argument, nonnull_arg)
CHECK(nonnull_return_v1, void, nonnull_return)
CHECK(invalid_builtin, struct builtin, invalid_builtin)

/* Nothing can go on from here. */
_Noreturn void __ubsan_handle_builtin_unreachable(struct place *place)
{
	builtin_unreachable(place, 0, 0);
	abort();
}
MINIMAL(builtin_unreachable)
