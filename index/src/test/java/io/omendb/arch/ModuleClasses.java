package io.omendb.arch;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** The main classes of the module whose test asks: neither its tests nor what it depends on. */
public final class ModuleClasses implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
        try {
            URI testClasses = testClass.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Set.of(Location.of(testClasses.resolve("../classes/")));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
