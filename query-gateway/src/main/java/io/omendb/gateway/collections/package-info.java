/** Creating, dropping, listing and finding collections. */
@NullMarked
package io.omendb.gateway.collections;

import org.jspecify.annotations.NullMarked;
