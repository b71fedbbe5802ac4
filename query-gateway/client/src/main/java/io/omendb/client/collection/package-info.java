/** What a collection is made of, and how it is. */
@NullMarked
package io.omendb.client.collection;

import org.jspecify.annotations.NullMarked;
