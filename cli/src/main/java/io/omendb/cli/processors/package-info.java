/** Who runs on which processor, where everything shares one machine. */
@NullMarked
package io.omendb.cli.processors;

import org.jspecify.annotations.NullMarked;
