/** Files that may change while a gateway runs. */
@NullMarked
package io.omendb.gateway.files;

import org.jspecify.annotations.NullMarked;
