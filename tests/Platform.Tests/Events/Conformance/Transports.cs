namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>The suite on the log in PostgreSQL.</summary>
public class PostgresConformance(PostgresUnderTest transport) : TransportConformance(transport), IClassFixture<PostgresUnderTest>;

/// <summary>The suite on brokers that speak Kafka's protocol.</summary>
public class KafkaConformance(KafkaUnderTest transport) : TransportConformance(transport), IClassFixture<KafkaUnderTest>;
