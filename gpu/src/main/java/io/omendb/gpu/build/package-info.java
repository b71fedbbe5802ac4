/** Makes indexes on the device: k-means, and assigning and encoding rows. */
@NullMarked
package io.omendb.gpu.build;

import org.jspecify.annotations.NullMarked;
