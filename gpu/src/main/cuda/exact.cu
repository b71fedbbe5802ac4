// One module: all kernels of exact search and of making indexes.
#include "encode.cu"
#include "scan.cu"
#include "select.cu"
#include "index.cu"
