/** Search, count and lookup: the request, its way through the shards, the answer. */
@NullMarked
package io.omendb.gateway.search;

import org.jspecify.annotations.NullMarked;
