/** The console: the page at {@code /} and the files it is made of. */
@NullMarked
package io.omendb.gateway.console;

import org.jspecify.annotations.NullMarked;
