/** Seams to a processor beside the CPU, found as a plugin; everything works without one. */
@NullMarked
package io.omendb.index.device;

import org.jspecify.annotations.NullMarked;
