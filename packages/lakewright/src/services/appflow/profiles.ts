import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';
import { camelKeys } from './flow';

const STATE = 'appflow-profiles';

/** Connector profiles, without their credentials, in `state/appflow-profiles.json`. */
export class Profiles {
  public constructor(private readonly lake: LakeContext) {}

  public all(): ApiShape[] {
    return Object.values(this.lake.workspace.readState<Record<string, ApiShape>>(STATE) ?? {}).map((one) => ({
      ...one,
      createdAt: new Date(one.createdAt),
      lastUpdatedAt: new Date(one.lastUpdatedAt),
    }));
  }

  /** The profile of a template: what names the application stays, its credentials don't. */
  public put({ properties, physicalId }: LakeResource): void {
    const { ConnectionMode, ConnectorLabel, ConnectorProfileConfig, ConnectorType } = properties;
    const name = String(properties.ConnectorProfileName ?? physicalId);
    const former = this.lake.workspace.readState<Record<string, ApiShape>>(STATE) ?? {};
    const now = this.lake.clock.now().getTime();
    const shape = {
      connectorProfileName: name,
      connectorProfileArn: `arn:${this.lake.partition}:appflow:${this.lake.region}:${this.lake.account}:connectorprofile/${name}`,
      connectorType: ConnectorType,
      connectorLabel: ConnectorLabel,
      connectionMode: ConnectionMode,
      connectorProfileProperties: byConnector(ConnectorProfileConfig?.ConnectorProfileProperties),
      createdAt: former[name]?.createdAt ?? now,
      lastUpdatedAt: now,
    };
    this.lake.workspace.writeState(STATE, { ...former, [name]: shape });
  }
}

function byConnector(properties: ApiShape): ApiShape {
  return Object.fromEntries(Object.entries(properties ?? {}).map(([connector, one]) => [connector, camelKeys(one)]));
}
