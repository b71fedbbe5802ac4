/** Points as they are written and as they are stored, and the places of writes in the log. */
@NullMarked
package io.omendb.client.point;

import org.jspecify.annotations.NullMarked;
