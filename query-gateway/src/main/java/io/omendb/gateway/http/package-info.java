/** How a request becomes an answer: routes, admission, JSON, problem details. */
@NullMarked
package io.omendb.gateway.http;

import org.jspecify.annotations.NullMarked;
