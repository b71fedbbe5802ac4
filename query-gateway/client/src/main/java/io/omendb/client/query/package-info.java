/** What is asked of a collection, and what it answers. */
@NullMarked
package io.omendb.client.query;

import org.jspecify.annotations.NullMarked;
