package io.omendb.gateway.http;

import com.linecorp.armeria.common.FlagsProvider;

/**
 * Lets a semicolon in a path be a character like any other, as ids may hold it: by default the
 * server cuts off what follows one (a matrix variable), so that {@code points/a;b} would name the
 * point {@code a}. Found by Armeria's {@link java.util.ServiceLoader}, for the whole process; where
 * an application overrules it, {@link RewrittenPath} refuses such paths.
 */
public final class PathFlags implements FlagsProvider {

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Boolean allowSemicolonInPathComponent() {
        return true;
    }
}
