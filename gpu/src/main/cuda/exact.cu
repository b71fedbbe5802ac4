// One module: all kernels of exact search.
#include "encode.cu"
#include "scan.cu"
#include "select.cu"
