/** TLS of the gateway's own ports. */
@NullMarked
package io.omendb.gateway.tls;

import org.jspecify.annotations.NullMarked;
