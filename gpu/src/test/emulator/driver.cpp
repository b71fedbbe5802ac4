// The part of CUDA's driver API that the plugin uses, over the kernels compiled for the processor. Built
// as libcuda.so.1, it lets the plugin's tests run where there is no GPU: see check-emulated.
//
// Streams do everything at once, so an await that is missing goes unnoticed; memory that was given back
// is overwritten, memory that was taken is not zero, and every copy is checked against what was taken.
#include "simt.h"

#include <stdio.h>
#include <stdlib.h>

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels.inc"

namespace {
constexpr int SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_FOUND = 500, ILLEGAL = 700;
constexpr int MULTIPROCESSORS = 2;
constexpr size_t MEMORY_BYTES = (size_t) 3 << 30;

using Work = std::function<void()>;
using Start = std::function<Work(void** arguments)>;

std::recursive_mutex lock;
std::map<uintptr_t, size_t> taken;
size_t takenBytes;

struct Stream {
    bool recording = false;
    std::vector<Work> recorded;
};

struct Function {
    std::string name;
    Start start;
    int sharedMax = 48 << 10;
    size_t declared;
};

template <typename... A, size_t... I>
Work withArguments(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
    std::tuple<A...> values(*(std::remove_reference_t<A>*) arguments[I]...);
    return [kernel, values] { std::apply(kernel, values); };
}

template <typename... A>
Start starter(void (*kernel)(A...)) {
    return [kernel](void** arguments) {
        return withArguments(kernel, arguments, std::index_sequence_for<A...>());
    };
}

#define KERNEL(name) {#name, starter(name)}
std::map<std::string, Start>& kernels() {
    static std::map<std::string, Start> all = {
        KERNEL(encode), KERNEL(prepare), KERNEL(threshold), KERNEL(refine), KERNEL(scoreKept),
        KERNEL(nearestKept), KERNEL(score), KERNEL(nearest), KERNEL(scoreRange), KERNEL(bury),
        KERNEL(scan_8), KERNEL(scan_16), KERNEL(scan_32), KERNEL(scan_64), KERNEL(sample_8),
        KERNEL(sample_16), KERNEL(sample_32), KERNEL(sample_64), KERNEL(rotate),
        KERNEL(nearestCentroid), KERNEL(nearestThree), KERNEL(placeCentroids), KERNEL(sumRows),
        KERNEL(moveCentroids), KERNEL(collectCentroids), KERNEL(encodeResiduals),
    };
    return all;
}

// Whether some bytes lie within one allocation.
bool isTaken(uintptr_t at, size_t bytes) {
    auto next = taken.upper_bound(at);
    if (next == taken.begin()) {
        return false;
    }
    auto own = std::prev(next);
    return at + bytes <= own->first + own->second;
}

int run(void* stream, Work work) {
    Stream* s = (Stream*) stream;
    if (s->recording) {
        s->recorded.push_back(work);
    } else {
        work();
    }
    return SUCCESS;
}
}  // namespace

#define API extern "C" __attribute__((visibility("default"))) int
#define LOCKED std::lock_guard<std::recursive_mutex> locked(lock)

API cuInit(unsigned) { return SUCCESS; }
API cuDeviceGet(int* device, int) { *device = 0; return SUCCESS; }
API cuDeviceGetName(char* name, int length, int) {
    snprintf(name, length, "Emulated GPU");
    return SUCCESS;
}
API cuDeviceGetAttribute(int* value, int attribute, int) {
    switch (attribute) {
        case 16: *value = MULTIPROCESSORS; return SUCCESS;
        case 75: *value = 8; return SUCCESS;
        case 76: *value = 0; return SUCCESS;
        case 97: *value = 160 << 10; return SUCCESS;
        default: return INVALID_VALUE;
    }
}
API cuDevicePrimaryCtxRetain(void** context, int) { *context = (void*) 1; return SUCCESS; }
API cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
API cuCtxSetCurrent(void*) { return SUCCESS; }
API cuModuleLoadData(void** module, const void*) { *module = (void*) 1; return SUCCESS; }
API cuModuleUnload(void*) { return SUCCESS; }
API cuModuleGetFunction(void** function, void*, const char* name) {
    auto found = kernels().find(name);
    if (found == kernels().end()) {
        return NOT_FOUND;
    }
    *function = new Function{name, found->second, 48 << 10, 4096};
    return SUCCESS;
}
API cuFuncSetAttribute(void* function, int attribute, int value) {
    if (attribute != 8 || value > 160 << 10) {
        return INVALID_VALUE;
    }
    ((Function*) function)->sharedMax = value;
    return SUCCESS;
}
API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int, size_t) {
    *blocks = 1;
    return SUCCESS;
}
API cuStreamCreate(void** stream, unsigned) { *stream = new Stream; return SUCCESS; }
API cuStreamCreateWithPriority(void** stream, unsigned, int) { *stream = new Stream; return SUCCESS; }
API cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    *least = 0;
    *greatest = -5;
    return SUCCESS;
}
API cuStreamDestroy_v2(void* stream) { delete (Stream*) stream; return SUCCESS; }
API cuStreamSynchronize(void*) { return SUCCESS; }
API cuStreamBeginCapture_v2(void* stream, int) {
    ((Stream*) stream)->recording = true;
    return SUCCESS;
}
API cuStreamEndCapture(void* stream, void** graph) {
    Stream* s = (Stream*) stream;
    s->recording = false;
    *graph = new std::vector<Work>(std::move(s->recorded));
    s->recorded.clear();
    return SUCCESS;
}
API cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
    *executable = new std::vector<Work>(*(std::vector<Work>*) graph);
    return SUCCESS;
}
API cuGraphDestroy(void* graph) { delete (std::vector<Work>*) graph; return SUCCESS; }
API cuGraphExecDestroy(void* executable) { delete (std::vector<Work>*) executable; return SUCCESS; }
API cuGraphLaunch(void* executable, void* stream) {
    for (const Work& work : *(std::vector<Work>*) executable) {
        run(stream, work);
    }
    return SUCCESS;
}
API cuMemAllocAsync(uintptr_t* at, size_t bytes, void*) {
    LOCKED;
    if (takenBytes + bytes > MEMORY_BYTES) {
        return OUT_OF_MEMORY;
    }
    *at = (uintptr_t) aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset((void*) *at, 0x5b, bytes);
    taken[*at] = bytes;
    takenBytes += bytes;
    return SUCCESS;
}
API cuMemFreeAsync(uintptr_t at, void*) {
    LOCKED;
    auto found = taken.find(at);
    if (found == taken.end()) {
        return INVALID_VALUE;
    }
    memset((void*) at, 0xdd, found->second);
    takenBytes -= found->second;
    taken.erase(found);
    free((void*) at);
    return SUCCESS;
}
API cuMemHostAlloc(void** at, size_t bytes, unsigned) {
    *at = aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset(*at, 0x5c, bytes);
    return SUCCESS;
}
API cuMemFreeHost(void* at) { free(at); return SUCCESS; }
API cuMemGetInfo_v2(size_t* free, size_t* total) {
    LOCKED;
    *free = MEMORY_BYTES - takenBytes;
    *total = MEMORY_BYTES;
    return SUCCESS;
}
API cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, void* stream) {
    LOCKED;
    if (!isTaken(to, bytes)) {
        return INVALID_VALUE;
    }
    return run(stream, [=] { memcpy((void*) to, from, bytes); });
}
API cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, void* stream) {
    LOCKED;
    if (!isTaken(from, bytes)) {
        return INVALID_VALUE;
    }
    return run(stream, [=] { memcpy(to, (void*) from, bytes); });
}
API cuMemcpyDtoDAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, void* stream) {
    LOCKED;
    if (!isTaken(from, bytes) || !isTaken(to, bytes)) {
        return INVALID_VALUE;
    }
    return run(stream, [=] { memcpy((void*) to, (void*) from, bytes); });
}
API cuMemsetD8Async(uintptr_t at, unsigned char value, size_t bytes, void* stream) {
    LOCKED;
    if (!isTaken(at, bytes)) {
        return INVALID_VALUE;
    }
    return run(stream, [=] { memset((void*) at, value, bytes); });
}
API cuLaunchKernel(
        void* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threadsY,
        unsigned threadsZ, unsigned shared, void* stream, void** arguments, void**) {
    Function* f = (Function*) function;
    if (x == 0 || y == 0 || z != 1 || threads == 0 || threads > 1024 || threadsY != 1
            || threadsZ != 1 || (int) shared + (int) f->declared > f->sharedMax + 4096) {
        fprintf(stderr, "emulator: %s cannot be launched so\n", f->name.c_str());
        return INVALID_VALUE;
    }
    Work thread = f->start(arguments);
    return run(stream, [=] {
        LOCKED;
        simt::launch({x, y, 1}, threads, shared, thread);
    });
}
API cuGetErrorName(int, const char** name) { *name = "error of the emulator"; return SUCCESS; }
API cuGetErrorString(int, const char** text) { *text = "error of the emulator"; return SUCCESS; }
