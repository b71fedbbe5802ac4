/** The part of CUDA's driver API that is needed here, with owners for what it hands out. */
@NullMarked
package io.omendb.gpu.cuda;

import org.jspecify.annotations.NullMarked;
