/** The omen program: one class per command. */
@NullMarked
package io.omendb.cli;

import org.jspecify.annotations.NullMarked;
