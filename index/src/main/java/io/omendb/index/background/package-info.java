/** How work in the background shares the processor with searches. */
@NullMarked
package io.omendb.index.background;

import org.jspecify.annotations.NullMarked;
