import { doorOf } from './door-job.js';

const TEXTS: Readonly<Record<ReturnType<typeof doorOf>, string>> = {
  'scylla-bench': `Usage: tidemark [--json] stress --from scylla-bench FLAGS

Runs a scylla-bench 1.x command line here, without a server: its keys and values, Tidemark's measuring and output.
The exit code is 0 or 1.

Example:  tidemark stress --from scylla-bench -workload sequential -mode write -nodes 127.0.0.1
          tidemark stress --from scylla-bench "-workload uniform -mode read -duration 1m -validate-data"

  -mode write|read|mixed|counter_update|counter_read|scan   -workload sequential|uniform|timeseries
  -partition-count N (10000)  -partition-offset N  -clustering-row-count N (100)  -clustering-row-size SIZE (4)
  -rows-per-request N (1)  -validate-data  -no-random-data  -truncate-table  -extra-clause CQL
  -in-restriction | -provide-upper-bound | -no-lower-bound  -select-order-by none,asc,desc  -bypass-cache
  -page-size N (1000)  -range-count N (1)
  -duration TIME  -iterations N (1)  -concurrency N (16)  -max-rate N  -latency-type raw|fixed-coordinated-omission
  -start-timestamp NS  -write-rate N  -distribution uniform|hnormal
  -keyspace NAME (scylla_bench)  -table NAME (test)  -replication-factor N (1)  -consistency-level LEVEL (quorum)
  -nodes HOST[:PORT],...  -datacenter DC  -host-selection-policy token-aware|round-robin  -connection-count N (4)
  -timeout TIME (5s)  -metadata-schema-timeout TIME (60s)  -username NAME -password SECRET
  -tls  -tls-host-verification  -tls-ca-cert-file FILE  -tls-client-cert-file FILE  -tls-client-key-file FILE
  -retry-number N (10)  -retry-interval MIN,MAX (80ms,1s)  -error-limit N  -error-at-row-limit N
  -hdr-latency-file FILE

Flags that cannot be honoured are refused with the reason; docs/from-scylla-bench.md has the list.
`,
  ycsb: `Usage: tidemark [--json] stress --from ycsb load|run [cassandra-cql|scylla] WORDS

Runs a line of YCSB's core workloads here, without a server: its keys and values, Tidemark's measuring and output.
A load makes keyspace and table where they are missing. The exit code is 0 or 1.

Example:  tidemark stress --from ycsb load cassandra-cql -P workloads/workloada -p hosts=127.0.0.1
          tidemark stress --from ycsb "run cassandra-cql -P workloads/workloade -p hosts=127.0.0.1 -threads 16"

  -P FILE  a file of properties; workloads/workloada to workloadf are known without their files
  -p NAME=VALUE  over what files say      -threads N (1)      -target N, operations per second      -s is implied

  recordcount  operationcount  maxexecutiontime  insertstart  insertcount
  readproportion updateproportion insertproportion scanproportion readmodifywriteproportion
  requestdistribution=zipfian|latest|uniform  minscanlength  maxscanlength  insertorder=hashed|ordered  zeropadding
  table  fieldcount  fieldlength  minfieldlength  fieldlengthdistribution=constant|uniform  fieldnameprefix
  readallfields  writeallfields  dataintegrity  measurement.interval=op|intended|both  status.interval
  core_workload_insertion_retry_limit  core_workload_insertion_retry_interval
  hosts  port  cassandra.keyspace|username|password|readconsistencylevel|writeconsistencylevel|coreconnections|
  connecttimeoutmillis|readtimeoutmillis|useSSL, and the same with scylla. in front

Properties that cannot be honoured are refused with the reason; docs/from-ycsb.md has the list.
`,
};

/** What `tidemark stress --from TOOL --help` prints. Throws CodedError for a tool that is not known. */
export const doorHelp = (name: string): string => TEXTS[doorOf(name)];
