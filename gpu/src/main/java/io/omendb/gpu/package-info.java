/**
 * Exact search and re-ranking on an NVIDIA GPU. {@code docs/gpu.md} explains how; {@code
 * src/main/cuda} has the kernels.
 */
@NullMarked
package io.omendb.gpu;

import org.jspecify.annotations.NullMarked;
