//! The gateway itself, and who the token belongs to.

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::server::{PublicServerInfo, ServerInfo, UserInfo};

impl Gateway {
    /// `GET /serverinfo`: version, licence, switches.
    pub async fn server_info(&self) -> Result<ServerInfo, GatewayError> {
        self.read(self.get(&["serverinfo"])).await
    }

    /// `GET /publicserverinfo`, sent without the credential: is a gateway there at all?
    pub async fn public_server_info(&self) -> Result<PublicServerInfo, GatewayError> {
        let call = self.get(&["publicserverinfo"]);
        self.answer_unsigned(call).await?.json()
    }

    /// `GET /userinfo`: whose token it is, and which role it has. Asked once.
    pub async fn user_info(&self) -> Result<&UserInfo, GatewayError> {
        let ask = async || self.read(self.get(&["userinfo"])).await;
        self.user.get_or_try_init(ask).await
    }
}
