#undef malloc
#undef realloc
#undef free
#undef __bin_chunk
#undef __malloc_atfork

static inline void hold(void)
{
	if (libc.need_locks) __pop_lock_leaf(heap_lock);
}

void *__libc_malloc_impl(size_t n)
{
	hold();
	void *p = heap_malloc(n);
	__pop_unlock_leaf(heap_lock);
	return p;
}

void *__libc_realloc(void *p, size_t n)
{
	hold();
	p = heap_realloc(p, n);
	__pop_unlock_leaf(heap_lock);
	return p;
}

void __libc_free(void *p)
{
	if (!p) return;
	hold();
	heap_free(p);
	__pop_unlock_leaf(heap_lock);
}

void __bin_chunk(struct chunk *c)
{
	hold();
	heap_bin(c);
	__pop_unlock_leaf(heap_lock);
}

void __malloc_atfork(int who)
{
	if (who < 0) hold();
	else if (who > 0) heap_lock[0] = 0;
	else __pop_unlock_leaf(heap_lock);
}
