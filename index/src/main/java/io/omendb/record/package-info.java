/** The point as users send it: its JSON form and the rules a collection sets for it. */
@NullMarked
package io.omendb.record;

import org.jspecify.annotations.NullMarked;
