/**
 * Distance kernels: a Vector API variant and its scalar twin, chosen once. The only package that
 * sees jdk.incubator.vector.
 */
@NullMarked
package io.omendb.index.kernel;

import org.jspecify.annotations.NullMarked;
