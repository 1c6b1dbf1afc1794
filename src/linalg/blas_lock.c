/*
 * The serial OpenBLAS of Debian is built without locks: two threads that enter it at one time may
 * be handed the same work space, and a product in some thousands is then wrong (measured: 111 of
 * 480000 on four threads). The link redirects its allocator here (cmake: GmDependencies), where a
 * lock makes it safe. The lock is held while a buffer is looked for, not while it is used.
 */
#include <pthread.h>

void *__real_blas_memory_alloc(int position);
void __real_blas_memory_free(void *buffer);
void *__wrap_blas_memory_alloc(int position);
void __wrap_blas_memory_free(void *buffer);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *__wrap_blas_memory_alloc(int position) {
    pthread_mutex_lock(&lock);
    void *buffer = __real_blas_memory_alloc(position);
    pthread_mutex_unlock(&lock);
    return buffer;
}

void __wrap_blas_memory_free(void *buffer) {
    pthread_mutex_lock(&lock);
    __real_blas_memory_free(buffer);
    pthread_mutex_unlock(&lock);
}
