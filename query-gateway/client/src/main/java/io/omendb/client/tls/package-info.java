/** Whom a connection by TLS trusts, and why one did not come about. */
@NullMarked
package io.omendb.client.tls;

import org.jspecify.annotations.NullMarked;
