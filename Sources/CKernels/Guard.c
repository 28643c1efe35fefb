// Marks in pooled memory for the address sanitizer, which by itself sees only whole blocks.
#include "CKernels.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CK_GUARDED
#endif
#endif

#ifdef CK_GUARDED
void __asan_poison_memory_region(void const volatile *pointer, size_t count);
void __asan_unpoison_memory_region(void const volatile *pointer, size_t count);
int __asan_address_is_poisoned(void const volatile *pointer);

size_t ck_guard_bytes(void) { return 64; }
void ck_forbid(void *pointer, size_t count) { __asan_poison_memory_region(pointer, count); }
void ck_allow(void *pointer, size_t count) { __asan_unpoison_memory_region(pointer, count); }
int ck_is_forbidden(const void *pointer) { return __asan_address_is_poisoned(pointer); }
#else
size_t ck_guard_bytes(void) { return 0; }
void ck_forbid(void *pointer, size_t count) { (void)pointer, (void)count; }
void ck_allow(void *pointer, size_t count) { (void)pointer, (void)count; }
int ck_is_forbidden(const void *pointer) { (void)pointer; return 0; }
#endif
