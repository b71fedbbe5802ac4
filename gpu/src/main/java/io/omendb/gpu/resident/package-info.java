/** Segments in device memory: how they get there, what they take, when they go. */
@NullMarked
package io.omendb.gpu.resident;

import org.jspecify.annotations.NullMarked;
